"""One set of rules turns typed and imported texts into values, or says what is wrong."""

from datetime import UTC, date, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.contacts.cleaning import CleaningError, clean, cleaner_of, text_of
from apps.contacts.fields import FIELDS, Field, Kind

UTC_NOON = datetime(2026, 5, 31, 12, 0, tzinfo=UTC)

MEANS = [
    ("first_name", "  Ana \t María\n ", "Ana María"),
    ("first_name", "Mari\u0301a", "María"),
    ("first_name", "\ufeffAna\u200b", "Ana"),
    ("last_name", "None", "None"),
    ("last_name", "=SUM(A1)", "=SUM(A1)"),
    ("title", "a\x07b", "ab"),
    ("email", " Ana.Diaz@Example.COM ", "ana.diaz@example.com"),
    ("email", "Ana Diaz <ana@example.com>", "ana@example.com"),
    ("email", "mailto:ana@example.com", "ana@example.com"),
    ("email", "jürgen@müller.de", "jürgen@müller.de"),
    ("email", "n/a", ""),
    ("work_direct_phone", " +1 (202) 224-3441 ext. 5", "+1 (202) 224-3441 ext. 5"),
    ("work_direct_phone", "'+919876543210", "+919876543210"),
    ("work_direct_phone", "-", ""),
    ("website", "Example.COM/Path?q=1", "https://example.com/Path?q=1"),
    ("website", "HTTP://www.example.com", "http://www.example.com"),
    ("website", "//example.com:8080/", "https://example.com:8080/"),
    ("website", "example.com:8080", "https://example.com:8080"),
    ("website", "https://example.com/josé", "https://example.com/jos%C3%A9"),
    ("website", "", ""),
    ("twitter_url", "SenatorCantwell", "https://x.com/SenatorCantwell"),
    ("twitter_url", "@x", "https://x.com/x"),
    ("twitter_url", "http://www.twitter.com/#!/Ana_D/", "https://x.com/Ana_D"),
    ("twitter_url", "https://mastodon.social/@ana", "https://mastodon.social/@ana"),
    ("facebook_url", "sen.johncornyn", "https://www.facebook.com/sen.johncornyn"),
    ("facebook_url", "www.facebook.com/ana?x=1", "https://www.facebook.com/ana?x=1"),
    ("facebook_url", "m.facebook.com/profile.php?id=12", "https://www.facebook.com/profile.php?id=12"),
    ("person_linkedin_url", "linkedin.com/in/Ana-Diaz/?trk=x", "https://www.linkedin.com/in/ana-diaz"),
    ("person_linkedin_url", "http://uk.linkedin.com/in/josé/en", "https://www.linkedin.com/in/jos%C3%A9"),
    ("person_linkedin_url", "https://www.linkedin.com/in/jos%c3%a9", "https://www.linkedin.com/in/jos%C3%A9"),
    ("person_linkedin_url", "ana-diaz", "https://www.linkedin.com/in/ana-diaz"),
    (
        "person_linkedin_url",
        "https://www.linkedin.com/sales/people/ACwAA,NAME",
        "https://www.linkedin.com/sales/people/ACwAA,NAME",
    ),
    (
        "company_linkedin_url",
        "linkedin.com/company/acme",
        "https://linkedin.com/company/acme",
    ),
    ("employees", "1,234", 1234),
    ("employees", "1 000", 1000),
    ("employees", "1\u00a0000", 1000),
    ("employees", "12.0", 12),
    ("employees", "2.5k", 2500),
    ("employees", "", None),
    ("employees", "2147483647", 2**31 - 1),
    ("annual_revenue", "$18.4M", 18_400_000),
    ("annual_revenue", "2.5B", 2_500_000_000),
    ("annual_revenue", "1,5 million", 1_500_000),
    ("annual_revenue", "US$ 1,234,567.89", 1_234_568),
    ("annual_revenue", "1.234.567", 1_234_567),
    ("annual_revenue", "1.84E+07", 18_400_000),
    ("annual_revenue", "1'000'000 USD", 1_000_000),
    ("annual_revenue", "9223372036854775807", 2**63 - 1),
    ("last_raised_at", "2026-05-31", date(2026, 5, 31)),
    ("last_raised_at", "2026/5/1", date(2026, 5, 1)),
    ("last_raised_at", "20260531", date(2026, 5, 31)),
    ("last_raised_at", "31.05.2026", date(2026, 5, 31)),
    ("last_raised_at", "31/05/2026", date(2026, 5, 31)),
    ("last_raised_at", "05/31/2026", date(2026, 5, 31)),
    ("last_raised_at", "4/4/2026", date(2026, 4, 4)),
    ("last_raised_at", "31 May 2026", date(2026, 5, 31)),
    ("last_raised_at", "Sept. 1st, 2026", date(2026, 9, 1)),
    ("last_raised_at", "2026-05-31T23:59:59Z", date(2026, 5, 31)),
    ("last_raised_at", "0001-01-01", date(1, 1, 1)),
    ("last_contacted_at", "2026-05-31T14:00:00+02:00", UTC_NOON),
    ("last_contacted_at", "2026-05-31 12:00", UTC_NOON),
    ("last_contacted_at", "2026-05-31, 12:00:00 UTC", UTC_NOON),
    ("last_contacted_at", "2026-05-31", datetime(2026, 5, 31, tzinfo=UTC)),
    ("do_not_contact", "Yes", True),
    ("do_not_contact", "FALSE", False),
    ("do_not_contact", "", None),
    ("email_status", "verified", "Verified"),
    ("email_status", "user_managed", "User Managed"),
    ("seniority", "c suite", "C-Suite"),
    ("seniority", "Wizard", "Wizard"),
    ("stage", "hot", "Hot"),
    ("technologies", "Python, python;\nRust |  , ", ["Python", "Rust"]),
    ("technologies", "", []),
    ("industry", " Legal  Services ", "Legal Services"),
    ("owner", "Ana@Example.com", "Ana@Example.com"),
]


@pytest.mark.parametrize(("name", "raw", "value"), MEANS)
def test_a_text_means_one_value(name, raw, value):
    assert clean(FIELDS[name], raw) == value


REFUSED = [
    ("first_name", "a\0b", "no text"),
    ("first_name", "a\ud800b", "no text"),
    ("first_name", "x" * 256, "256 characters, and at most 255"),
    ("first_name", "x" * 10_000_000, "too long"),
    ("email", "ana(at)example.com", "name@example.com"),
    ("email", "ana@localhost", "name@example.com"),
    ("email", "ana@example.com, bob@example.com", "name@example.com"),
    ("email", "a" * 10_000_000, "name@example.com"),
    ("email", "a" * 250 + "@example.com", "too long"),
    ("work_direct_phone", "call me", "no digit"),
    ("website", "javascript:alert(1)", "http:// or https://"),
    ("website", "java\tscript:alert(1)", "not a web address"),
    ("website", "data:text/html,x", "http:// or https://"),
    ("website", "ftp://example.com", "http:// or https://"),
    ("website", "https://user:pass@example.com", "@"),
    ("website", "https://google.com\\@example.org", "@"),
    ("website", "example", "https://www.example.com"),
    ("website", "https://example.com/a b", "https://www.example.com"),
    ("website", "https://example.com/" + "a" * 1000, "at most 1,000"),
    ("website", "https://example.com/" + "é" * 400, "at most 1,000"),
    ("twitter_url", "javascript:alert(1)", "http:// or https://"),
    ("facebook_url", "javascript:alert(1)", "http:// or https://"),
    ("person_linkedin_url", "javascript:alert(1)", "http:// or https://"),
    ("person_linkedin_url", "https://www.linkedin.com/company/acme", "not a person's"),
    ("person_linkedin_url", "https://example.com/in/ana", "not a person's"),
    ("employees", "-5", "negative"),
    ("employees", "(5)", "negative"),
    ("employees", "51-200", "range"),
    ("employees", "10,000+", "range"),
    ("employees", "1.5", "not a whole number"),
    ("employees", "1.234", "thousands or a fraction"),
    ("employees", "2147483648", "at most 2,147,483,647"),
    ("employees", "many", "not a number"),
    ("employees", "9" * 5000, "too long"),
    ("employees", "1e999", "too large"),
    ("annual_revenue", "€5M", "US dollars"),
    ("annual_revenue", "9223372036854775808", "too large"),
    ("annual_revenue", "1,23,4", "odd places"),
    ("annual_revenue", "5x", "not a number"),
    ("last_raised_at", "99999-01-01", "1 to 9999"),
    ("last_raised_at", "0000-01-01", "1 to 9999"),
    ("last_raised_at", "2026-02-30", "no such day"),
    ("last_raised_at", "05/06/2026", "day/month or month/day"),
    ("last_raised_at", "31 Foo 2026", "no month"),
    ("last_raised_at", "yesterday", "not a date"),
    ("last_contacted_at", "0001-01-01T00:00+14:00", "not a time"),
    ("last_contacted_at", "2026-05-31 25:00", "not a time"),
    ("do_not_contact", "maybe", "neither yes nor no"),
    ("email_status", "Perhaps", "not one of: Verified"),
    ("technologies", "x" * 256, "too long"),
    ("technologies", ",".join(str(number) for number in range(1001)), "at most 1,000"),
]


@pytest.mark.parametrize(("name", "raw", "hint"), REFUSED)
def test_what_means_nothing_is_refused_with_a_hint(name, raw, hint):
    with pytest.raises(CleaningError, match=r"^[A-Z].*\.$") as refused:
        clean(FIELDS[name], raw)
    assert hint in str(refused.value)


hard_texts = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789.,-+$€kKmMbB%eE '()", max_size=20),
    st.text(alphabet="0123456789-/.:TZ +janfebMay", max_size=25),
    st.text(alphabet='abAB.:/@?#%-_ \t,;|<>"\\éİςß\u200b\u0301', max_size=40),
    st.sampled_from([raw for _, raw, _ in MEANS if len(raw) < 200]),
    st.builds("https://www.linkedin.com/in/{}".format, st.text(max_size=30)),
    st.builds("https://x.com/{}".format, st.text(max_size=30)),
    st.builds("{}@{}.com".format, st.text(max_size=10), st.text(max_size=10)),
)


@settings(max_examples=2000, deadline=None)
@given(field=st.sampled_from(list(FIELDS.values())), raw=hard_texts)
def test_cleaning_again_changes_nothing(field: Field, raw: str):
    try:
        value = clean(field, raw)
    except CleaningError:
        return
    assert clean(field, text_of(value)) == value
    if field.kind is Kind.EMAIL:
        assert value == str(value).lower()
    if field.kind is Kind.URL and value:
        assert str(value).startswith(("https://", "http://"))
        assert str(value).isascii() or "://" in str(value)


def test_a_list_from_the_cache_may_be_changed_by_its_taker():
    first = clean(FIELDS["tags"], "a, b")
    assert isinstance(first, list)
    first.append("c")
    assert clean(FIELDS["tags"], "a, b") == ["a", "b"]


def test_every_field_has_a_cleaner_that_takes_an_empty_text():
    assert {text_of(cleaner_of(field)("")) for field in FIELDS.values()} == {""}


@pytest.mark.parametrize("name", ["title", "tags", "email", "stage", "website", "mobile_phone", "employees"])
def test_a_row_of_accents_is_too_long_and_not_put_in_order_first(name: str):
    """By the square of its length: minutes for what fits into a form."""
    began = process_time()
    with pytest.raises(CleaningError):
        clean(FIELDS[name], "a" + "\u0315\u0300" * 100_000)
    assert process_time() - began < 5
