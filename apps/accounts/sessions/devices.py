"""A browser and its system in words, from what the browser says of itself: a kindness for people, no proof."""

import re

# The first that fits: nearly every browser also claims to be the ones further down.
_BROWSERS = (
    ("Edg(?:e|A|iOS)?/", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/|FxiOS/", "Firefox"),
    ("HeadlessChrome/", "Headless Chrome"),
    ("Chrome/|CriOS/|Chromium/", "Chrome"),
    ("Version/.*Safari/|Safari/", "Safari"),
    ("MSIE |Trident/", "Internet Explorer"),
    ("curl/", "curl"),
    ("python-|Python-urllib|aiohttp", "A Python program"),
)
_SYSTEMS = (
    ("iPhone|iPod", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "macOS"),
    ("Linux|X11", "Linux"),
)


def device_in_words(user_agent: str) -> str:
    """Such as "Firefox on Windows"; "Unknown device" where nothing is known."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown device"


def _first(candidates: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in candidates if re.search(pattern, text)), "")
