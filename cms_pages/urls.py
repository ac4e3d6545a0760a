from django.urls import path

from cms_pages import outcome_views, views

urlpatterns = [
    # Before Wagtail's own page at this address.
    path("cms/account/", views.own_settings, name="own_settings"),
    path("catalog/", views.catalog, name="catalog"),
    path("catalog/<slug:code>/", views.course_detail, name="course"),
    path("outcomes/", outcome_views.outcomes, name="outcomes"),
    path("outcomes/<slug:code>/", outcome_views.newest, name="outcomes_newest"),
    path(
        "outcomes/<slug:code>/<int:number>/",
        outcome_views.vintage,
        name="outcomes_vintage",
    ),
    path(
        "outcomes/<slug:code>/<int:number>/<str:name>",
        outcome_views.vintage_file,
        name="outcomes_file",
    ),
    path("learn/lessons/<int:page>/read/", views.read_lesson, name="read_lesson"),
]
