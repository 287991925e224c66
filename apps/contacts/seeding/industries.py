"""The industries, the common ones first."""

from apps.contacts.seeding import words


def industry_names() -> list[str]:
    return list(words.read("industries")["industries"])


def trades() -> dict[str, list[str]]:
    """What a company's name says it does: the industries that fit. Behind one without any, all may stand."""
    return dict(words.read("industries")["trades"])
