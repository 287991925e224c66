"""Django's validators of passwords, beside those of its own that settings name."""

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.accounts.passwords.breached import is_breached

PRODUCT_NAME = "Appointment360"
# Parts of names that are shorter say nothing: nearly every sentence has "al" or "ann" in it.
SHORTEST_PART = 4


class BreachedPasswordValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if is_breached(password):
            raise ValidationError(
                _("This password is on lists that thieves try first. Choose another one."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("It must not be one that is known from a breach.")


class GuessablePasswordValidator(UserAttributeSimilarityValidator):
    """Refuses what a stranger would try for this person: their names, the company's and the product's, in any spelling
    that Django finds similar, and in the middle of other words.
    """

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        folded = _folded(password)
        for words, what in self._parts(user):
            if any(part in folded for part in words):
                raise ValidationError(
                    _("It contains %(what)s, which others would try first.") % {"what": what},
                    code="password_guessable",
                )

    def get_help_text(self) -> str:
        return _(
            "It must not contain your name, your e-mail address, or the name of the company or of this product."
        )

    def _parts(self, user: Any) -> list[tuple[set[str], str]]:
        email, name = getattr(user, "email", "") or "", getattr(user, "name", "") or ""
        return [
            (_long({_folded(PRODUCT_NAME), "appointment"}), _("the name of this product")),
            (_long({_folded(settings.COMPANY_NAME)}), _("the name of the company")),
            (_long({_folded(email.partition("@")[0])}), _("the first part of your e-mail address")),
            (_long({_folded(name), *map(_folded, name.split())}), _("your name")),
        ]


def _folded(text: str) -> str:
    """Letters and digits only, without capitals and accents: "Zoë O'Hara" is "zoeohara"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]", "", "".join(each for each in plain if not unicodedata.combining(each)))


def _long(words: set[str]) -> set[str]:
    return {word for word in words if len(word) >= SHORTEST_PART}
