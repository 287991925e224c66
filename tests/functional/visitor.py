"""A browser context: somebody's browser, with its cookies, its storage and a watch over all its pages."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ViewportSize

from apps.accounts.models import AdminUser
from tests.functional.watch import Watch

DESKTOP = ViewportSize(width=1440, height=900)
TABLET = ViewportSize(width=1024, height=768)
PHONE = ViewportSize(width=390, height=844)
# Only what fails takes so long; a busy machine needs it.
PATIENCE_MS = 20_000


class Visitor:
    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.watch = Watch(context, urlsplit(url).netloc)
        context.set_default_timeout(PATIENCE_MS)

    @classmethod
    def come(cls, browser: Browser, url: str, options: dict[str, Any]) -> "Visitor":
        """A browser as it comes out of the box. Animations are off: nothing here waits for them."""
        usual = {"viewport": DESKTOP, "locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce"}
        return cls(browser.new_context(base_url=url, **{**usual, **options}), url)

    def sign_in(self, person: AdminUser) -> None:
        """The cookie of a session, without the form: that is tested by itself."""
        client = Client()
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.url}])

    def forget(self) -> None:
        """Leave nothing for the next test: no page, cookie, stored setting or fault."""
        self.context.clear_cookies()
        for page in self.context.pages:
            session = self.context.new_cdp_session(page)
            session.send("Storage.clearDataForOrigin", {"origin": self.url, "storageTypes": "local_storage"})
            page.close()
        self.watch.forget()
