"""Who a person is."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from apps.accounts.columns import default_rights


class AdminUserManager(BaseUserManager["AdminUser"]):
    def create_user(self, email: str, password: str | None = None, **values: Any) -> "AdminUser":
        """A new person with their role's default columns; without a password they cannot sign in until they set one."""
        values.setdefault("column_rights", default_rights())
        user = self.model(email=email.strip().lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "AdminUser":
        return self.get(email__iexact=username or "")


class AdminUser(AbstractBaseUser):
    """A person who signs in. The e-mail address is the login."""

    class Role(models.TextChoices):
        ADMIN = "admin", "Admin"
        MANAGER = "manager", "Manager"
        USER = "user", "User"

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
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_login_ip = models.GenericIPAddressField(null=True, blank=True)

    objects: ClassVar[AdminUserManager] = AdminUserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_user_email_lower"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["admin", "manager", "user"]), name="accounts_user_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(download_limit__gte=-1), name="accounts_user_download_limit_valid"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def display_name(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        words = (self.name or self.email).replace(".", " ").replace("@", " ").split()
        return "".join(word[0] for word in words[:2]).upper()
