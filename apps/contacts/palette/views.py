"""The saved views that somebody can open."""

from django.utils.translation import gettext as _

from apps.accounts.access import Access, Capability
from apps.contacts.pages.view_bar import view_href
from apps.contacts.palette.items import Item
from apps.contacts.saved_views.queries import views_of

MOST = 6


def views(text: str, access: Access) -> list[Item]:
    """At most six whose names hold the text, by name. Of no text, none: the list shows them all as tabs."""
    if not text or not access.can(Capability.BROWSE):
        return []
    found = views_of(access).filter(name__icontains=text).order_by("name", "pk")[:MOST]
    return [
        Item(view.name, view_href(view.pk), _("Shared") if view.is_shared else _("Private"), icon="funnel")
        for view in found
    ]
