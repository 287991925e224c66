"""The forms about people. What is not a field here cannot be set by them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.signing import BadSignature, Signer
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import Access, Capability
from apps.accounts.forms import typed_address
from apps.accounts.models import AdminUser
from apps.accounts.people.editing import EDITABLE
from apps.accounts.quota.operations import MOST
from apps.users.capabilities import GROUPS, label_of, who_has_it

UNLIMITED = -1


class LimitWidget(forms.NumberInput):
    """A number without thousands' separators, whatever the page's language does with numbers."""

    def __init__(self) -> None:
        super().__init__(attrs={"min": 0, "inputmode": "numeric"})


class _LimitFields(forms.Form):
    """A number, or the box that says there is none; cleaned to `download_limit`, -1 = unlimited."""

    is_unlimited = forms.BooleanField(label=gettext_lazy("No limit"), required=False)
    limit = forms.IntegerField(
        label=gettext_lazy("Download limit"),
        help_text=gettext_lazy("Contacts per calendar month."),
        min_value=0,
        max_value=MOST,
        required=False,
        localize=False,
        widget=LimitWidget(),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("is_unlimited") and cleaned.get("limit") is None and "limit" not in self.errors:
            self.add_error("limit", _("Give a number, or tick “No limit”."))
        return cleaned

    @property
    def download_limit(self) -> int:
        return UNLIMITED if self.cleaned_data["is_unlimited"] else int(self.cleaned_data["limit"])


def limit_initial(limit: int) -> dict[str, Any]:
    return {"is_unlimited": limit < 0, "limit": None if limit < 0 else limit}


class LimitForm(_LimitFields):
    """For many people at once."""


class _PersonFields(_LimitFields):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=AdminUser.Role.choices)

    def clean_email(self) -> str:
        return typed_address(str(self.cleaned_data["email"]))


class _RightsOf(forms.ModelChoiceField):
    def label_from_instance(self, obj: AdminUser) -> str:
        return _("As %(name)s has them") % {"name": obj.display_name}


class InvitationForm(_PersonFields):
    rights_of = _RightsOf(
        label=gettext_lazy("Column rights"),
        queryset=AdminUser.objects.none(),
        required=False,
        empty_label=gettext_lazy("The defaults of the role"),
        help_text=gettext_lazy(
            "Which fields of contacts they may see and change. An admin has all of them anyway."
        ),
    )
    field_order = ("email", "name", "role", "rights_of", "limit", "is_unlimited")

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autofocus"] = True
        self.fields["name"].help_text = _("They can change it when they come in.")
        if access.is_bounded:
            self.fields["role"].help_text = _(
                "They see of contacts what the role does, and no more than you."
            )
        if access.can(Capability.MANAGE_COLUMNS):
            people = AdminUser.objects.filter(is_active=True).exclude(role=AdminUser.Role.ADMIN)
            copied = self.fields["rights_of"]
            assert isinstance(copied, _RightsOf)
            copied.queryset = people.order_by("name", "email")
        else:
            del self.fields["rights_of"]


AS_THE_ROLE, GRANTED, TAKEN_AWAY = "", "granted", "taken"


@dataclass(frozen=True, slots=True)
class CapabilityChoice:
    field: BoundField
    by_role: str


@dataclass(frozen=True, slots=True)
class CapabilityGroup:
    label: str
    choices: list[CapabilityChoice]


class PersonForm(_PersonFields):
    """Who somebody is and what they may do. `shown` is what the page showed, to notice what changed meanwhile."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10_000)
    field_order = ("name", "email", "role", "limit", "is_unlimited")

    def __init__(self, data: Any = None, *, person: AdminUser, is_self: bool) -> None:
        now = values_of(person)
        super().__init__(
            data,
            initial={
                **{name: now[name] for name in ("name", "email", "role")},
                **limit_initial(person.download_limit),
                "shown": Signer(salt=_salt(person)).sign(json.dumps(now)),
            },
        )
        self.person = person
        for capability in Capability:
            self.fields[_field(capability)] = forms.ChoiceField(
                label=label_of(capability),
                choices=[
                    (AS_THE_ROLE, _("As the role")),
                    (GRANTED, _("Granted")),
                    (TAKEN_AWAY, _("Taken away")),
                ],
                required=False,
                widget=forms.RadioSelect,
                initial=_state(now["capability_overrides"], capability),
            )
        if is_self:
            for name in ("role", *map(_field, Capability)):
                self.fields[name].disabled = True

    def clean_shown(self) -> dict[str, Any]:
        try:
            shown = json.loads(Signer(salt=_salt(self.person)).unsign(self.cleaned_data["shown"]))
        except BadSignature:
            raise forms.ValidationError(_("This page is too old. Open it again.")) from None
        return dict(shown)

    def wanted(self) -> dict[str, Any]:
        """The EDITABLE values that the form asks for. Overrides that are no capability of ours stay."""
        kept = self.cleaned_data["shown"]["capability_overrides"]
        overrides = {name: value for name, value in kept.items() if name not in frozenset(Capability)}
        for capability in Capability:
            state = self.cleaned_data[_field(capability)]
            if state != AS_THE_ROLE:
                overrides[str(capability)] = state == GRANTED
        return {
            "name": self.cleaned_data["name"],
            "email": self.cleaned_data["email"],
            "role": self.cleaned_data["role"],
            "download_limit": self.download_limit,
            "capability_overrides": overrides,
        }

    def groups(self) -> list[CapabilityGroup]:
        return [
            CapabilityGroup(
                _(label),
                [CapabilityChoice(self[_field(each)], who_has_it(each)) for each in capabilities],
            )
            for label, capabilities in GROUPS.items()
        ]


def data_of(values: Mapping[str, Any], person: AdminUser) -> dict[str, Any]:
    """What a form sends that asks for these EDITABLE values, opened on the person as they are now."""
    limit = limit_initial(values["download_limit"])
    return {
        **{name: values[name] for name in ("name", "email", "role")},
        "limit": "" if limit["limit"] is None else str(limit["limit"]),
        **({"is_unlimited": "on"} if limit["is_unlimited"] else {}),
        **{_field(each): _state(values["capability_overrides"], each) for each in Capability},
        "shown": Signer(salt=_salt(person)).sign(json.dumps(values_of(person))),
    }


def values_of(person: AdminUser) -> dict[str, Any]:
    return {name: getattr(person, name) for name in EDITABLE}


def _field(capability: Capability) -> str:
    return f"can_{capability}"


def _state(overrides: Mapping[str, Any], capability: Capability) -> str:
    if capability not in overrides:
        return AS_THE_ROLE
    return GRANTED if overrides[capability] is True else TAKEN_AWAY


def _salt(person: AdminUser) -> str:
    return f"form of person {person.pk}"
