"""The form for a contact, made from the catalogue: what this person may edit, cleaned by the rules of imports."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.cleaning import CleaningError, clean
from apps.contacts.fields import FIELDS, RECOGNISABLE, Field, Group, Kind
from apps.contacts.models import Contact, Industry
from apps.contacts.rendering import plain_text

_INPUT_TYPES = {Kind.EMAIL: "email", Kind.PHONE: "tel", Kind.DATE: "date"}
_PLACEHOLDERS = {
    Kind.MONEY: "$18.4M",
    Kind.MOMENT: "2026-11-22 14:30",
    Kind.LIST: "Separated by commas",
}


class CatalogueField(forms.CharField):
    """Text as typed in, cleaned to the value of a catalogue field."""

    def __init__(self, field: Field) -> None:
        self.field = field
        super().__init__(label=field.label, required=False, help_text=field.help, widget=_widget(field))

    def clean(self, value: Any) -> Any:
        if "\0" in (value or ""):
            raise forms.ValidationError("This holds a NUL character, which cannot be stored. Type it again.")
        try:
            cleaned = clean(self.field, value or "")
        except CleaningError as error:
            raise forms.ValidationError(str(error)) from error
        return bool(cleaned) if self.field.kind is Kind.BOOLEAN else cleaned

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if self.field.kind is Kind.LIST:
            return ", ".join(value)
        if self.field.kind is Kind.BOOLEAN:
            return "yes" if value else "no"
        if self.field.kind in {Kind.INTEGER, Kind.MONEY}:
            return str(value)
        if self.field.kind is Kind.DATE:
            return value.isoformat()
        if self.field.kind is Kind.MOMENT:
            return value.isoformat(sep=" ", timespec="minutes" if not value.second else "seconds")
        return plain_text(self.field, value)


def _widget(field: Field) -> forms.Widget:
    if field.kind is Kind.BOOLEAN:
        return forms.Select(choices=[("no", "No"), ("yes", "Yes")])
    if field.kind is Kind.CHOICE and not field.open_choices:
        return forms.Select(choices=[("", "—"), *((choice, choice) for choice in field.choices)])
    attrs: dict[str, Any] = {
        "autocomplete": "off",
        "maxlength": field.max_length * (20 if field.kind is Kind.LIST else 1),
    }
    if field.kind in _PLACEHOLDERS:
        attrs["placeholder"] = _PLACEHOLDERS[field.kind]
    if field.faceted or field.choices:
        attrs["list"] = f"values-{field.name}"
        attrs["data-options"] = field.name
    widget = forms.TextInput(attrs=attrs)
    widget.input_type = _INPUT_TYPES.get(field.kind, "text")
    return widget


@dataclass(frozen=True, slots=True)
class Fieldset:
    """A heading of the record and the form fields below it."""

    label: str
    fields: list[BoundField]


class ContactForm(forms.Form):
    """Create or edit. cleaned_data holds catalogue names with values as edit_contact() takes them."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, access: Access, contact: Contact | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contact = contact
        for field in FIELDS.values():
            if field.is_writable and access.can_edit(field.name):
                self.fields[field.name] = _form_field(field)

    def fieldsets(self) -> list[Fieldset]:
        return [
            Fieldset(str(group), bound)
            for group in Group
            if (
                bound := [
                    self[name] for name in self.fields if name in FIELDS and FIELDS[name].group is group
                ]
            )
        ]

    def values(self) -> dict[str, Any]:
        """The cleaned values of the catalogue fields that the form sent; a reference as its id.

        A field that was not sent, since its column was granted after the form was opened, is left alone.
        """
        return {
            name: value.pk if isinstance(value, (Industry, AdminUser)) else value
            for name, value in self.cleaned_data.items()
            if name in FIELDS and name in self.data
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(self._outcome(cleaned, name) for name in RECOGNISABLE):
            raise forms.ValidationError(
                "Give at least a name, an e-mail, a company, a LinkedIn page or a contact id."
            )
        return cleaned

    def _outcome(self, cleaned: dict[str, Any], name: str) -> Any:
        """What a field will hold: the value sent, or what the contact has."""
        return (
            cleaned.get(name)
            if name in self.fields and name in self.data
            else getattr(self.contact, name, "")
        )


def _form_field(field: Field) -> forms.Field:
    if field.name == "industry":
        industries = Industry.objects.filter(is_active=True).order_by("name")
        return forms.ModelChoiceField(industries, label=field.label, required=False, empty_label="—")
    if field.name == "owner":
        people = AdminUser.objects.filter(is_active=True).order_by("name", "email")
        return forms.ModelChoiceField(
            people, label=field.label, required=False, empty_label="—", help_text=field.help
        )
    return CatalogueField(field)
