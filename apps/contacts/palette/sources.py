"""What the palette looks up as somebody types. Another source is a function more in SOURCES."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.access import Access
from apps.contacts.palette.items import Group, Source
from apps.contacts.palette.people import people
from apps.contacts.palette.views import views

LONGEST_TEXT = 100
# (heading, source), in the order in which they are shown.
SOURCES: list[tuple[str, Source]] = [(gettext_noop("Views"), views), (gettext_noop("People"), people)]


def found_groups(text: str, access: Access) -> list[Group]:
    """What each source finds for a text, which may be empty; a source that finds nothing has no heading."""
    wanted = " ".join(text.replace("\0", " ").split())[:LONGEST_TEXT]
    found = [(heading, source(wanted, access)) for heading, source in SOURCES]
    return [Group(_(heading), tuple(items)) for heading, items in found if items]
