from django.urls import path

from cms_pages import views

urlpatterns = [
    # Before Wagtail's own page at this address.
    path("cms/account/", views.own_settings, name="own_settings"),
    path("catalog/", views.catalog, name="catalog"),
    path("catalog/<slug:code>/", views.course_detail, name="course"),
    path("learn/lessons/<int:page>/read/", views.read_lesson, name="read_lesson"),
]
