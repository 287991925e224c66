from django.urls import path

from apps.core.kept_mails import views

urlpatterns = [
    path("mail/", views.kept_mail_list, name="kept_mail_list"),
    path("mail/<slug:mail_id>/", views.kept_mail_page, name="kept_mail"),
    path("mail/<slug:mail_id>/html/", views.kept_mail_html, name="kept_mail_html"),
]
