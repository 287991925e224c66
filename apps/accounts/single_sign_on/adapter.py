"""Where allauth asks what becomes of somebody whom the provider has let through."""

from typing import Any, NoReturn

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest

from apps.accounts.single_sign_on.letting_in import let_in, refuse

logger = structlog.get_logger(__name__)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """Always our own answer: allauth's way on from here would make people and link accounts."""
        claims = sociallogin.account.extra_data["id_token"]
        answer = let_in(
            request,
            claims,
            nonce=sociallogin.state.get("nonce", ""),
            next_url=sociallogin.get_redirect_url(request),
        )
        raise ImmediateHttpResponse(answer)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> NoReturn:
        logger.warning("single_sign_on.failed", **{"event.reason": str(exception or error or "unknown")})
        raise ImmediateHttpResponse(refuse(request, "failed"))
