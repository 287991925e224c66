from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "People and rights"

    def ready(self) -> None:
        # Imported for what they register.
        from apps.accounts import checks, refused_sign_ins  # noqa: F401
        from apps.accounts.forgotten_columns import forget_unknown_columns
        from apps.accounts.invitations import receivers as arrivals  # noqa: F401
        from apps.accounts.quota import examination  # noqa: F401
        from apps.accounts.sessions import receivers  # noqa: F401
        from apps.accounts.two_factor import receivers as two_factor_receivers  # noqa: F401
        from apps.core.database_roles import declare_append_only

        refused_sign_ins.listen()
        declare_append_only("accounts_security_event")
        declare_append_only("accounts_quota_entry")
        post_migrate.connect(forget_unknown_columns, sender=self)
