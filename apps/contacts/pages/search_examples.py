"""What the search box can do, by examples: those whose columns the person may read."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import Access
from apps.contacts.search_text import prefixes


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    meaning: Promise


# By the prefix that an example needs; '' needs none.
_EXAMPLES: tuple[tuple[str, Example], ...] = (
    ("", Example("ada acme", _("every word, anywhere"))),
    ("", Example('"vice president"', _("the words together"))),
    ("name", Example("name:ada", _("in the first or last name"))),
    ("company", Example('company:"Acme Inc"', _("in the company"))),
    ("title", Example("-title:intern", _("not in the title"))),
    ("email", Example("email:@acme", _("in the e-mail"))),
    ("phone", Example("phone:+1 202 555 0143", _("any phone, in any spelling"))),
    ("city", Example("city:pune", _("in the city"))),
    ("tag", Example("tag:webinar", _("in a tag"))),
    ("employees", Example("employees:>=100", _("from 100 employees on"))),
    ("email", Example('email:""', _("without an e-mail"))),
)


def search_examples(access: Access) -> list[Example]:
    known = prefixes(access)
    return [example for prefix, example in _EXAMPLES if not prefix or prefix in known]
