from django.apps import AppConfig
from django.conf import settings
from django.urls import register_converter

from apps.core.converters import BigIdConverter


class CoreConfig(AppConfig):
    name = "apps.core"
    verbose_name = "Core"

    def ready(self) -> None:
        register_converter(BigIdConverter, "bigid")
        from apps.core import database_roles
        from apps.core.errors import record
        from apps.core.health import checks  # noqa: F401  # registers core's own

        record.listen()
        database_roles.listen()
        if settings.SENTRY_DSN:
            from apps.core.errors import sentry

            sentry.start(settings.SENTRY_DSN, release=settings.VERSION, environment=settings.ENVIRONMENT)
