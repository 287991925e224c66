"""Giving credit and correcting what is left."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import AdminUser
from apps.accounts.quota.months import end_of
from apps.accounts.quota.operations import MOST
from apps.accounts.quota.queries import credits_of
from apps.accounts.quota.references import new_reference
from apps.core.local_figures import grouped

_SEEN = gettext_lazy("They see it on their statement.")


class _QuotaForm(forms.Form):
    """Its key is one for each form that is shown: a second click on its button is no second grant."""

    key = forms.RegexField(r"^form [0-9a-f]{12}$", widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, help_text=_SEEN)

    def __init__(self, person: AdminUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["key"] = new_reference("form")
        self.person = person
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])


class CreditForm(_QuotaForm):
    amount = forms.IntegerField(
        label=gettext_lazy("Contacts"),
        min_value=1,
        max_value=MOST,
        localize=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Left empty, the credit does not expire."),
    )

    def clean_expires_on(self) -> datetime | None:
        """The moment when that day is over, by the person's clock."""
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        try:
            end = end_of(day, self.person.time_zone)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if end <= timezone.now():
            raise forms.ValidationError(_("Choose today or a later day."))
        return end


class CorrectionForm(_QuotaForm):
    bucket = forms.TypedChoiceField(
        label=gettext_lazy("Of what"), coerce=lambda value: int(value) if value else None
    )
    change = forms.IntegerField(
        label=gettext_lazy("Contacts"),
        min_value=-MOST,
        max_value=MOST,
        localize=False,
        help_text=gettext_lazy("How many more are left afterwards; with a minus, how many fewer."),
    )

    def __init__(self, person: AdminUser, *args: Any, **kwargs: Any) -> None:
        super().__init__(person, *args, **kwargs)
        choices = self.fields["bucket"]
        assert isinstance(choices, forms.TypedChoiceField)
        choices.empty_value = None
        choices.required = False
        choices.choices = [
            ("", _("This month’s limit")),
            *(
                (
                    credit.pk,
                    _("Credit of %(number)s: %(reason)s")
                    % {"number": grouped(credit.allowance), "reason": credit.reason},
                )
                for credit in credits_of(person.pk, now=timezone.now())
            ),
        ]

    def clean_change(self) -> int:
        change: int = self.cleaned_data["change"]
        if change == 0:
            raise forms.ValidationError(_("Enter how many more or fewer."))
        return change
