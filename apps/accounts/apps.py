from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "People and rights"

    def ready(self) -> None:
        from apps.accounts import checks  # noqa: F401  # registers them
