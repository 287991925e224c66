"""Who a request's person is, read with what the gate must know of them."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from apps.accounts.models import AdminUser
from apps.accounts.two_factor.requirement import with_requirement


class PersonBackend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> AdminUser | None:
        """One statement, as without us: whether a second factor is missing comes with the row."""
        person = with_requirement(AdminUser.objects.filter(pk=user_id)).first()
        return person if person is not None and self.user_can_authenticate(person) else None
