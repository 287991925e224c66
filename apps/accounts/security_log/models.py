"""The table of the security log."""

from django.db import models


class SecurityEvent(models.Model):
    """One thing that happened to somebody's sign-in or rights.

    People are numbers here, not references: an entry outlives them. `id`, `at`, `previous_hash` and `hash` are set by
    the database, whatever is given.
    """

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
        SIGNED_OUT = "signed_out", "Signed out"
        LOCKED_OUT = "locked_out", "Locked out after failures"
        REAUTHENTICATED = "reauthenticated", "Confirmed it is them"
        NEW_DEVICE = "new_device", "Signed in from a new device or network"
        SESSIONS_ENDED = "sessions_ended", "Sessions ended"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        PASSWORD_RESET_ASKED = "password_reset_asked", "Asked for a password reset"
        PASSWORD_RESET = "password_reset", "Password reset"
        EMAIL_CHANGED = "email_changed", "E-mail address changed"
        TWO_FACTOR_ADDED = "two_factor_added", "Second factor added"
        TWO_FACTOR_REMOVED = "two_factor_removed", "Second factor removed"
        TWO_FACTOR_RESET = "two_factor_reset", "Second factors reset by an admin"
        RECOVERY_CODES_MADE = "recovery_codes_made", "Recovery codes made"
        INVITED = "invited", "Invited"
        INVITATION_ACCEPTED = "invitation_accepted", "Invitation accepted"
        CREATED = "created", "Created"
        EDITED = "edited", "Details changed"
        ROLE_CHANGED = "role_changed", "Role changed"
        CAPABILITIES_CHANGED = "capabilities_changed", "Capabilities changed"
        DEACTIVATED = "deactivated", "Deactivated"
        REACTIVATED = "reactivated", "Reactivated"
        COLUMNS_CHANGED = "columns_changed", "Column rights changed"
        ROLE_POLICY_CHANGED = "role_policy_changed", "Policy of a role changed"
        LIMIT_CHANGED = "limit_changed", "Download limit changed"
        QUOTA_GRANTED = "quota_granted", "Download credit granted"
        QUOTA_ALARM = "quota_alarm", "Download ledger does not add up"
        SEEN_AS = "seen_as", "Looked at the product as somebody else"
        ACCESS_DENIED = "access_denied", "Refused"

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
