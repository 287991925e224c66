"""Download limits of many people at once."""

from collections.abc import Mapping

from apps.accounts.access import Access, Capability
from apps.accounts.models import AdminUser
from apps.accounts.people.reach import reaches_downloads
from apps.accounts.quota import set_download_limit


def set_download_limits(*, access: Access, shown: Mapping[int, int], limit: int) -> int:
    """Give these people the limit, in contacts a month, -1 = unlimited; how many it were.

    `shown` is the limit that each of them had when somebody decided: whose limit was changed since is left alone. All
    or nothing.
    """
    access.require(Capability.MANAGE_USERS)
    people = AdminUser.objects.filter(pk__in=shown)
    within_reach = [person.pk for person in people if reaches_downloads(access, person)]
    return set_download_limit(user_ids=within_reach, limit=limit, actor_id=access.user_id, shown=shown)
