"""The forms of signing in and of one's own account."""

from typing import Any

from allauth.account import forms
from django import forms as django_forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import Access
from apps.accounts.mails.jobs import origin_of
from apps.accounts.models import AdminUser
from apps.accounts.password_reset import ask_password_reset
from apps.accounts.sessions.lifetimes import in_words
from apps.accounts.spelling import spelled
from apps.accounts.start_pages import start_pages
from apps.accounts.time_zones import zone_named, zone_names
from apps.core.client_address import client_address
from apps.core.languages import language_names


class _Plain:
    """Without the placeholders that only repeat the labels."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(_Plain, forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        idle, longest = settings.SESSION_LIFETIMES["others"]
        self.fields["remember"].help_text = gettext(
            "Ticked: you stay signed in when you close the browser, up to %(longest)s, or %(idle)s without use. "
            "Leave it empty on a computer that others use."
        ) % {"longest": in_words(longest), "idle": in_words(idle)}


class ResetPasswordForm(_Plain, forms.ResetPasswordForm):
    def clean_email(self) -> str:
        """No look at who has it: that is done by all the same work for known and unknown addresses."""
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        ask_password_reset(email, address=client_address(request), origin=origin_of(request))
        return email


class ResetPasswordKeyForm(_Plain, forms.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(_Plain, forms.ChangePasswordForm):
    pass


class SetPasswordForm(_Plain, forms.SetPasswordForm):
    pass


class ReauthenticateForm(_Plain, forms.ReauthenticateForm):
    pass


def language_choices() -> list[tuple[str, str]]:
    """Each language by its own name, so that whoever reads it finds it whatever the page is in."""
    return [("", gettext("As the browser says")), *language_names().items()]


class AppearanceForm(django_forms.ModelForm):
    class Meta:
        model = AdminUser
        fields = ("theme", "density")


class PreferencesForm(django_forms.ModelForm):
    language = django_forms.ChoiceField(label=_("Language"), required=False, choices=language_choices)
    start_page = django_forms.ChoiceField(help_text=_("What opens when you sign in."))

    class Meta:
        model = AdminUser
        fields = ("name", "language", "time_zone", "start_page", "theme", "density")
        labels = {
            "name": _("Your name"),
            "time_zone": _("Time zone"),
            "theme": _("Theme"),
            "density": _("Rows of tables"),
        }
        help_texts = {
            "time_zone": _("Begin to type a place, such as Vienna or Kolkata, and choose from the list.")
        }
        widgets = {
            "name": django_forms.TextInput(attrs={"autocomplete": "name"}),
            "time_zone": django_forms.TextInput(
                attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}
            ),
        }

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start_page"].choices = start_pages(access)  # type: ignore[attr-defined]

    def clean_time_zone(self) -> str:
        """A name as the list has it; a place alone is enough where only one is called so."""
        typed = str(self.cleaned_data["time_zone"]).strip().replace(" ", "_")
        if zone_named(typed):
            return typed
        meant = [
            name for name in zone_names() if typed.lower() in {name.lower(), name.rpartition("/")[2].lower()}
        ]
        if len(meant) != 1:
            raise ValidationError(
                gettext("There is no such time zone. Choose one from the list, such as Europe/Vienna.")
            )
        return meant[0]


def typed_address(email: str) -> str:
    """An address to be somebody's, in its one spelling. Raises ValidationError."""
    email = spelled(email)
    if not email.isascii():
        raise ValidationError(gettext("Write the address with plain letters only."))
    return email


class EmailChangeForm(django_forms.Form):
    email = django_forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=django_forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, person: AdminUser, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        email = typed_address(str(self.cleaned_data["email"]))
        if email == self.person.email:
            raise ValidationError(gettext("That is your address already."))
        return email
