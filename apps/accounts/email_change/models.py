"""The table of changes of e-mail addresses that are on their way."""

from django.conf import settings
from django.db import models


class EmailChange(models.Model):
    """An address that a person wants to have. Once confirmed it only waits for the notice to the old one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="email_changes")
    email = models.EmailField(max_length=254)
    old_email = models.EmailField(max_length=254)
    asked_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_email_change"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(confirmed_at=None), name="accounts_email_change_one_waits"
            )
        ]

    def __str__(self) -> str:
        return f"E-mail change {self.pk}"
