"""Who a person is."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from apps.accounts.columns import default_rights, held, stored
from apps.accounts.email_change.models import EmailChange
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.spelling import spelled

__all__ = [
    "AdminUser",
    "AdminUserManager",
    "EmailChange",
    "QuotaAccount",
    "QuotaBucket",
    "QuotaEntry",
    "QuotaReconciliation",
    "QuotaReservation",
    "RolePolicy",
    "SecurityEvent",
    "role_defaults",
]


class AdminUserManager(BaseUserManager["AdminUser"]):
    def create_user(self, email: str, password: str | None = None, **values: Any) -> "AdminUser":
        """A new person with their role's default columns; without a password they cannot sign in until they set one."""
        if "column_rights" not in values:
            values["column_rights"] = role_defaults(values.get("role", AdminUser.Role.USER))
        user = self.model(email=spelled(email), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "AdminUser":
        return self.get(email__iexact=username or "")


class AdminUser(AbstractBaseUser):
    """A person who signs in. The e-mail address is the login."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("Admin")
        MANAGER = "manager", _("Manager")
        USER = "user", _("User")

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        ROOMY = "roomy", _("Roomy rows")
        COMPACT = "compact", _("Compact rows")

    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(max_length=254, unique=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.USER)
    download_limit = models.IntegerField(
        default=100, help_text="Contacts per calendar month; -1 = unlimited."
    )
    column_rights = models.JSONField(
        default=dict, blank=True, help_text='Column name to "read" or "edit"; a column not named is hidden.'
    )
    capability_overrides = models.JSONField(
        default=dict, blank=True, help_text="Capability to true or false, over what the role gives."
    )
    # Read through Access alone; the database empties it when what it comes from changes.
    capabilities_cache = models.JSONField(null=True, blank=True, default=None, editable=False)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_login_ip = models.GenericIPAddressField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    invited_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Set while an invitation waits to be accepted."
    )
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What the product looks like for them, and whose midnight ends a month of their quota.
    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.AUTO)
    density = models.CharField(max_length=8, choices=Density, default=Density.ROOMY)
    language = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="Empty = as the browser says."
    )
    start_page = models.CharField(max_length=32, default="contact_list", help_text="The name of a page.")

    objects: ClassVar[AdminUserManager] = AdminUserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_lower"
            ),
            # Sign-in compares in capitals, where "ſ" is an "S".
            models.UniqueConstraint(Upper("email"), name="accounts_user_email_one_spelling"),
            models.CheckConstraint(
                condition=models.Q(role__in=["admin", "manager", "user"]), name="accounts_user_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(download_limit__gte=-1), name="accounts_user_download_limit_valid"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(_composed(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(_composed(raw_password))

    @property
    def display_name(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        words = (self.name or self.email).replace(".", " ").replace("@", " ").split()
        return "".join(word[0] for word in words[:2]).upper()


def _composed(password: str | None) -> str | None:
    """One spelling of "é", which keyboards write as one letter or as two (NIST SP 800-63B, 3.1.1.2)."""
    return None if password is None else unicodedata.normalize("NFC", password)


class RolePolicy(models.Model):
    """What an admin has decided for everybody of one role; a role without a row has the product's defaults."""

    role = models.CharField(max_length=16, choices=AdminUser.Role, primary_key=True)
    requires_two_factor = models.BooleanField(default=False)
    column_rights = models.JSONField(
        null=True,
        blank=True,
        help_text="Rights of a new person of this role, as AdminUser.column_rights; null = the defaults of the fields.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["admin", "manager", "user"]),
                name="accounts_role_policy_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Policy for {self.role}"


def role_defaults(role: str) -> dict[str, str]:
    """The column rights of a new person of a role, as AdminUser.column_rights stores them."""
    decided = RolePolicy.objects.filter(role=role).values_list("column_rights", flat=True).first()
    return default_rights() if decided is None else stored(held(decided))


# Last: the package re-exports operations, which read AdminUser.
from apps.accounts.quota.models import (  # noqa: E402
    QuotaAccount,
    QuotaBucket,
    QuotaEntry,
    QuotaReconciliation,
    QuotaReservation,
)
