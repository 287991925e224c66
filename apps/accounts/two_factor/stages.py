"""The step of a sign-in that asks for the second factor."""

from typing import Any

from allauth.mfa import stages
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

# In the state of a sign-in: the provider of the single sign-on has asked for two factors itself.
PROVIDER_HAS_CHECKED = "provider_has_checked_second_factor"
# In the state of the step: made of the password as it was, and as little worth as the same in a session.
_FIRST_STEP_BY = "first_step_by"


class AuthenticateStage(stages.AuthenticateStage):
    login: Any

    def handle(self) -> tuple[Any, bool]:
        self.state[_FIRST_STEP_BY] = self.login.user.get_session_auth_hash()
        answer: tuple[Any, bool] = super().handle()
        return answer

    def is_outdated(self) -> bool:
        """Whether the password has changed since the first step: a session would have ended by that."""
        now = self.login.user.get_session_auth_hash()
        return not constant_time_compare(self.state.get(_FIRST_STEP_BY, ""), now)

    def _should_handle(self, request: HttpRequest) -> bool:
        return not self.login.state.get(PROVIDER_HAS_CHECKED) and super()._should_handle(request)
