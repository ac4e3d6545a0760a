from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from lms.accounts.views import closed, profile, second_factor_later
from lms.dashboards.merging import merge_person
from lms.gallery.views import gallery
from lms.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("cms_pages.urls")),
    path("learn/", include("lms.dashboards.urls_learner")),
    path("learn/", include("assessments.urls_learning")),
    path("", include("courses.urls_calendar")),
    path("survey/", include("assessments.urls_survey")),
    path("train/", include("lms.dashboards.urls_trainer")),
    path("train/", include("courses.urls")),
    path("train/", include("assessments.urls_training")),
    path("evaluate/instruments/", include("assessments.urls_instruments")),
    path("evaluate/", include("lms.dashboards.urls_evaluator")),
    path("supervise/", include("lms.dashboards.urls_supervisor")),
    path("reports/", include("lms.dashboards.reports.urls")),
    path("verify/", include("certificates.urls")),
    path("here/", include("courses.urls_here")),
    path("kiosk/", include("courses.urls_kiosk")),
    path("gallery/", gallery, name="gallery"),
    # One sign-in: Wagtail's own two know neither the second factor nor the limits on guessing.
    path("cms/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("accounts/profile/", profile, name="profile"),
    path("accounts/people/<uuid:person>/merge/", merge_person, name="merge_person"),
    path("accounts/people/", include("lms.accounts.urls_people")),
    path("accounts/messages/", include("lms.accounts.urls_messages")),
    path("accounts/2fa/later/", second_factor_later, name="second_factor_later"),
    # Rosters find people by their email, and accounts are made and given roles by audited actions:
    # nobody changes the one, or makes the other, on a library's page.
    path("accounts/email/", closed),
    path("accounts/confirm-email/", closed),
    path("accounts/confirm-email/<path:rest>", closed),
    path("cms/users/", closed),
    path("cms/users/<path:rest>", closed),
    path("cms/bulk/accounts/<path:rest>", closed),
    path("cms/groups/", closed),
    path("cms/groups/<path:rest>", closed),
    path("accounts/", include("allauth.urls")),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include(wagtail_urls)),
]
