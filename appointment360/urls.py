"""Every address of the product."""

from django.conf import settings
from django.urls import include, path

from apps.accounts.entrance import home
from apps.ops.views import health

urlpatterns = [
    path("", home, name="home"),
    path("", include("apps.accounts.urls")),
    path("", include("apps.contacts.urls")),
    path("users/", include("apps.users.urls")),
    path("ops/", include("apps.ops.urls")),
    path("", include("apps.core.health.urls")),
    path("health/detailed/", health.health_detailed, name="health_detailed"),
    path("metrics", health.metrics_page, name="metrics"),
]

if settings.MAILS_ARE_KEPT:
    urlpatterns.append(path("dev/", include("apps.core.kept_mails.urls")))

handler400 = "apps.core.error_pages.bad_request"
handler403 = "apps.core.error_pages.permission_denied"
handler404 = "apps.core.error_pages.not_found"
handler500 = "apps.core.error_pages.server_error"
