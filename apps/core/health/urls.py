"""Where probes ask. ProbeMiddleware answers before these are looked up; here they are for reverse() and for readers."""

from django.urls import path

from apps.core.health import probes

urlpatterns = [
    path("alive/", probes.alive, name="alive"),
    path("ready/", probes.ready, name="ready"),
    path("health/", probes.health, name="health"),
]
