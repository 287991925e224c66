"""The form for a contact, made from the catalogue: what this person may edit, cleaned by the rules of imports."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.cleaning import CleaningError, clean
from apps.contacts.fields import FIELDS, RECOGNISABLE, Field, Group, Kind
from apps.contacts.models import Contact, Industry
from apps.contacts.rendering import plain_text
from apps.contacts.seen_versions import sealed_version

_INPUT_TYPES = {Kind.EMAIL: "email", Kind.PHONE: "tel", Kind.DATE: "date"}
_PLACEHOLDERS = {
    Kind.MONEY: "$18.4M",
    Kind.MOMENT: "2026-11-22 14:30",
    Kind.LIST: gettext_lazy("Separated by commas"),
}


class CatalogueField(forms.CharField):
    """Text as typed in, cleaned to the value of a catalogue field."""

    def __init__(self, field: Field) -> None:
        self.field = field
        super().__init__(label=field.label, required=False, help_text=field.help, widget=_widget(field))

    def clean(self, value: Any) -> Any:
        if "\0" in (value or ""):
            raise forms.ValidationError(
                _("This holds a NUL character, which cannot be stored. Type it again.")
            )
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
        return forms.Select(choices=[("no", _("No")), ("yes", _("Yes"))])
    if field.kind is Kind.CHOICE and not field.open_choices:
        return forms.Select(choices=[("", "—"), *((choice, field.shown(choice)) for choice in field.choices)])
    attrs: dict[str, Any] = {
        "autocomplete": "off",
        "maxlength": field.max_length * (20 if field.kind is Kind.LIST else 1),
    }
    if field.kind is Kind.LIST:
        attrs["data-several"] = ""
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

    version = forms.CharField(widget=forms.HiddenInput, required=False)  # sealed: see seen_versions.py

    def __init__(
        self,
        *args: Any,
        access: Access,
        contact: Contact | None = None,
        only: Collection[str] = FIELDS,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.contact = contact
        self._readable = [name for name in RECOGNISABLE if access.can_read(name)]
        for field in FIELDS.values():
            if field.name in only and field.is_writable and access.can_edit(field.name):
                self.fields[field.name] = form_field(field)

    @classmethod
    def of(
        cls, contact: Contact, *, access: Access, only: Collection[str] = FIELDS, **kwargs: Any
    ) -> "ContactForm":
        """The form with what a contact holds now, and the seal of that version."""
        names = [name for name in only if access.can_edit(name) and FIELDS[name].is_writable]
        attributes = {"industry": "industry_id", "owner": "owner_id"}
        initial = {name: getattr(contact, attributes.get(name, name)) for name in names}
        initial["version"] = sealed_version(contact.pk, contact.version)
        return cls(initial=initial, access=access, only=only, **kwargs)

    def fieldsets(self) -> list[Fieldset]:
        return [
            Fieldset(group.label, bound)
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
        if not self.errors and self._is_unrecognisable(cleaned):
            raise forms.ValidationError(
                _("Give at least a name, an e-mail, a company, a LinkedIn page or a contact id.")
            )
        return cleaned

    def _is_unrecognisable(self, cleaned: dict[str, Any]) -> bool:
        """Whether nothing would be left to know the contact by, of what this person may read.

        What other columns hold must not show in what is refused: whoever empties the last readable one is refused, and
        whoever found none is not.
        """
        had_some = self.contact is None or any(getattr(self.contact, name) for name in self._readable)
        names = RECOGNISABLE if self.contact is None else self._readable
        return had_some and not any(self._outcome(cleaned, name) for name in names)

    def _outcome(self, cleaned: dict[str, Any], name: str) -> Any:
        """What a field will hold: the value sent, or what the contact has."""
        return (
            cleaned.get(name)
            if name in self.fields and name in self.data
            else getattr(self.contact, name, "")
        )


class ValueForm(forms.Form):
    """One value of a field, for many contacts: cleaned as one contact's is."""

    def __init__(self, *args: Any, field: Field, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = form_field(field)

    @property
    def cleaned(self) -> Any:
        """As an operation takes it: a reference as its id."""
        value = self.cleaned_data["value"]
        return value.pk if isinstance(value, (Industry, AdminUser)) else value


def form_field(field: Field) -> forms.Field:
    """The field of a form for a field of the catalogue."""
    if field.name == "industry":
        industries = Industry.objects.filter(is_active=True).order_by("name")
        return forms.ModelChoiceField(industries, label=field.label, required=False, empty_label="—")
    if field.name == "owner":
        people = AdminUser.objects.filter(is_active=True).order_by("name", "email")
        return forms.ModelChoiceField(
            people, label=field.label, required=False, empty_label="—", help_text=field.help
        )
    return CatalogueField(field)
