"""The palette's part of every page."""

from django import template

from apps.accounts.access import Access
from apps.contacts.palette.items import Group
from apps.contacts.palette.places import places

register = template.Library()


@register.simple_tag
def palette_places(access: Access) -> list[Group]:
    return places(access)
