from django.urls import path

from courses.views import calendar

app_name = "calendar"

urlpatterns = [
    path("calendar/<str:secret>.ics", calendar.feed, name="feed"),
    path("learn/calendar/", calendar.own_feed, name="own_feed"),
]
