from django.urls import path

from lms.accounts.deliveries import deliveries

urlpatterns = [path("", deliveries, name="deliveries")]
