from django.urls import path

from lms.accounts import people

urlpatterns = [
    path("", people.people, name="people"),
    path("add/", people.add_person, name="add_person"),
    path("<uuid:person>/", people.person, name="person"),
    path("<uuid:person>/edit/", people.edit_person, name="edit_person"),
    path("<uuid:person>/roles/<int:held>/revoke/", people.revoke, name="revoke_role"),
]
