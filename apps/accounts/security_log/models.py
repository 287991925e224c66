"""The table of the security log."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SecurityEvent(models.Model):
    """One thing that happened to somebody's sign-in or rights.

    People are numbers here, not references: an entry outlives them. `id`, `at`, `previous_hash` and `hash` are set by
    the database, whatever is given.
    """

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", _("Signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
        SIGNED_OUT = "signed_out", _("Signed out")
        LOCKED_OUT = "locked_out", _("Locked out after failures")
        REAUTHENTICATED = "reauthenticated", _("Confirmed it is them")
        NEW_DEVICE = "new_device", _("Signed in from a new device or network")
        SESSIONS_ENDED = "sessions_ended", _("Sessions ended")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        PASSWORD_RESET_ASKED = "password_reset_asked", _("Asked for a password reset")
        PASSWORD_RESET = "password_reset", _("Password reset")
        EMAIL_CHANGED = "email_changed", _("E-mail address changed")
        TWO_FACTOR_ADDED = "two_factor_added", _("Second factor added")
        TWO_FACTOR_REMOVED = "two_factor_removed", _("Second factor removed")
        TWO_FACTOR_RESET = "two_factor_reset", _("Second factors reset by an admin")
        RECOVERY_CODES_MADE = "recovery_codes_made", _("Recovery codes made")
        INVITED = "invited", _("Invited")
        INVITATION_ACCEPTED = "invitation_accepted", _("Invitation accepted")
        CREATED = "created", _("Created")
        EDITED = "edited", _("Details changed")
        ROLE_CHANGED = "role_changed", _("Role changed")
        CAPABILITIES_CHANGED = "capabilities_changed", _("Capabilities changed")
        DEACTIVATED = "deactivated", _("Deactivated")
        REACTIVATED = "reactivated", _("Reactivated")
        COLUMNS_CHANGED = "columns_changed", _("Column rights changed")
        ROLE_POLICY_CHANGED = "role_policy_changed", _("Policy of a role changed")
        LIMIT_CHANGED = "limit_changed", _("Download limit changed")
        QUOTA_GRANTED = "quota_granted", _("Download credit granted")
        QUOTA_ALARM = "quota_alarm", _("Download ledger does not add up")
        SEEN_AS = "seen_as", _("Looked at the product as somebody else")
        ACCESS_DENIED = "access_denied", _("Refused")

    at = models.DateTimeField(editable=False)
    kind = models.CharField(max_length=32, choices=Kind)
    actor_id = models.BigIntegerField(
        null=True, help_text="Who did it; null: nobody signed in, or the server."
    )
    subject_id = models.BigIntegerField(null=True, help_text="Whose account it is about.")
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, default="", db_default="")
    details = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    previous_hash = models.BinaryField(editable=False)
    hash = models.BinaryField(editable=False)

    class Meta:
        db_table = "accounts_security_event"
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="accounts_event_of_subject"),
            models.Index(fields=["actor_id", "-id"], name="accounts_event_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
