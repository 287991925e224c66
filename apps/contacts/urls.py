"""Addresses of the contact database."""

from django.urls import path, register_converter

from apps.contacts.views import editing, industries, listing, log, record
from apps.core.converters import BigIdConverter

register_converter(BigIdConverter, "bigid")

urlpatterns = [
    path("contacts/", listing.contact_list, name="contact_list"),
    path("contacts/new/", editing.contact_create, name="contact_create"),
    path("contacts/options/<slug:field>/", listing.contact_options, name="contact_options"),
    path("contacts/trash/", log.trash, name="trash"),
    path("contacts/trash/restore/", log.trash_restore, name="trash_restore"),
    path("contacts/operations/", log.operation_list, name="operation_list"),
    path("contacts/operations/<bigid:operation_id>/", log.operation_detail, name="operation_detail"),
    path("contacts/operations/<bigid:operation_id>/undo/", log.operation_undo, name="operation_undo"),
    path("contacts/<bigid:contact_id>/", record.contact_detail, name="contact_detail"),
    path("contacts/<bigid:contact_id>/edit/", editing.contact_edit, name="contact_edit"),
    path("contacts/<bigid:contact_id>/delete/", editing.contact_delete, name="contact_delete"),
    path("contacts/<bigid:contact_id>/notes/", editing.contact_note, name="contact_note"),
    path("contacts/<bigid:contact_id>/history/", record.contact_history, name="contact_history"),
    path(
        "contacts/<bigid:contact_id>/history/<bigid:operation_id>/undo/",
        record.contact_undo,
        name="contact_undo",
    ),
    path("industries/", industries.industry_list, name="industry_list"),
    path("industries/new/", industries.industry_create, name="industry_create"),
    path("industries/<bigid:industry_id>/edit/", industries.industry_edit, name="industry_edit"),
]
