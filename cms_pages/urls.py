from django.urls import path

from cms_pages import views

urlpatterns = [
    path("catalog/", views.catalog, name="catalog"),
    path("catalog/<slug:code>/", views.course_detail, name="course"),
    path("learn/lessons/<int:page>/read/", views.read_lesson, name="read_lesson"),
]
