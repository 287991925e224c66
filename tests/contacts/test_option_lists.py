"""manage_select2_cache and cleanup_select2_cache(): the option lists are right before, during and after."""

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection

from apps.contacts.facets.models import FacetValue
from apps.contacts.facets.queries import matching_values, total_contacts
from apps.contacts.models import Contact, FacetDelta
from apps.core.doctor import Level, examine

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> None:
    Contact.objects.bulk_create(
        Contact(last_name=f"Ann{n}", title="Engineer" if n % 2 else "Chemist", technologies=["AWS"])
        for n in range(10)
    )


def options(field: str) -> dict[str, int]:
    return {option.value: option.n for option in matching_values(field, "", 50) if option.n}


def act(action: str) -> dict:
    out = io.StringIO()
    call_command("manage_select2_cache", action, json=True, stdout=out)
    return json.loads(out.getvalue())


def clean_up_in_psql() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cleanup_select2_cache()")
        return cursor.fetchone()[0]


def test_values_that_nobody_holds_any_more_are_removed(people):
    clean_up_in_psql()
    Contact.objects.filter(title="Chemist")._raw_delete("default")
    assert clean_up_in_psql() == 1
    assert options("title") == {"Engineer": 5}
    assert not FacetDelta.objects.exists()
    assert clean_up_in_psql() == 0


def test_cleanup_folds_what_waits(people):
    waiting = FacetDelta.objects.count()
    assert waiting
    done = act("cleanup")
    assert (done["folded"], done["removed"]) == (waiting, 0)
    assert options("title") == {"Chemist": 5, "Engineer": 5}


def test_stats_say_what_there_is(people):
    stats = act("stats")
    assert stats["contacts"] == 10
    assert stats["fields"]["title"] == {"values": 0, "contacts": 10, "pending": 2}
    act("cleanup")
    assert act("stats")["fields"]["title"] == {"values": 2, "contacts": 10, "pending": 0}
    assert set(stats["bytes"]) >= {"contacts_facetvalue", "contacts_facetbits"}


@pytest.mark.parametrize("action", ["refresh", "clear"])
def test_wrong_counts_are_put_right(people, action):
    act("cleanup")
    FacetValue.objects.filter(value="Engineer").update(n=99)
    FacetValue.objects.create(field="title", value="Nobody's", n=7)
    done = act(action)
    assert options("title") == {"Chemist": 5, "Engineer": 5}
    assert total_contacts() == 10
    assert done["contacts"] == 10
    if action == "refresh":
        assert done["corrected"] == 3  # one count as it was and as it is, and one that is gone


def test_the_doctor_finds_a_wrong_count(people):
    act("cleanup")
    FacetValue.objects.filter(value="Engineer").update(n=99)
    found = next(result for result in examine().results if result.name == "counts of a sample")
    assert found.level is Level.FAIL
    assert "title “Engineer” is kept as 99 contacts and 5 hold it" in found.sentence


@pytest.mark.parametrize("action", ["stats", "cleanup", "refresh", "clear"])
def test_each_action_has_words_for_people(people, action):
    out = io.StringIO()
    call_command("manage_select2_cache", action, stdout=out)
    assert out.getvalue().strip()
