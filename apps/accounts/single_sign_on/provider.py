"""The provider, and what we believe of what it says (OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2).

allauth skips the signature of an id_token that came over TLS and sends no nonce. Ours are checked always.
"""

import secrets
from typing import Any

import jwt
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

# Signed with a private key. Never "none", nor a secret that two know.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_NEEDED = ["iss", "sub", "aud", "exp", "iat"]
_CLOCKS_DIFFER_SECONDS = 60


class SingleSignOn(OpenIDConnectOAuth2Adapter):
    def get_provider(self) -> "Provider":
        return Provider(self.request, app=super().get_provider().app)  # type: ignore[no-untyped-call]

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        expected = self.get_provider().app.settings["server_url"]
        if not isinstance(config, dict) or str(config.get("issuer", "")).rstrip("/") != expected:
            raise OAuth2Error("The provider calls itself by another name than OIDC_ISSUER_URL.")
        missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - set(config)
        if missing:
            raise OAuth2Error(f"The provider does not say its {', '.join(sorted(missing))}.")
        return config

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """What the provider says of the person, checked. Raises OAuth2Error when anything about it is wrong."""
        claims = self._checked(app, kwargs["response"].get("id_token"))
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            info = self._fetch_user_info(token.token)
            if info.get("sub") != claims["sub"]:
                raise OAuth2Error("The provider speaks of two different people.")
            claims = {**{name: info.get(name) for name in ("email", "email_verified")}, **claims}
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        return login

    def _checked(self, app: SocialApp, id_token: Any) -> dict[str, Any]:
        if not isinstance(id_token, str):
            raise OAuth2Error("The provider sent no id_token.")
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key_of(id_token),
                algorithms=_ALGORITHMS,
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=_CLOCKS_DIFFER_SECONDS,
                options={"require": _NEEDED},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("The id_token is not what it should be.") from error
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != app.client_id:
            raise OAuth2Error("The id_token was made for somebody else.")
        return claims

    def _key_of(self, id_token: str) -> jwt.PyJWK:
        """The provider's public key that the token says it is signed with; the only one when it says none."""
        with get_adapter().get_requests_session() as session:  # type: ignore[no-untyped-call]
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        wanted = jwt.get_unverified_header(id_token).get("kid")
        fitting = [key for key in keys if key.key_type != "oct" and wanted in (None, key.key_id)]
        if len(fitting) != 1:
            raise OAuth2Error("The id_token names no key of the provider.")
        return fitting[0]


class Provider(OpenIDConnectProvider):
    oauth2_adapter_class = SingleSignOn

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """What the request says counts for the page to go on to, and for nothing else: allauth takes scopes from it.

        What has no name here is kept in the session with the state: the nonce, until the browser comes back.
        """
        nonce = secrets.token_urlsafe(32)
        return {
            "process": AuthProcess.LOGIN,
            "next_url": get_next_redirect_url(request),
            "auth_params": {"nonce": nonce},
            "nonce": nonce,
        }
