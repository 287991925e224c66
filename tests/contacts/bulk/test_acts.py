"""What a bulk act does, whom it leaves alone, and that its accounts balance."""

from datetime import UTC, date, datetime

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis.extra.django import TestCase

from apps.accounts.access import Access, AccessDenied
from apps.accounts.models import AdminUser
from apps.contacts.bulk.deeds import Deed
from apps.contacts.bulk.models import BulkAct
from apps.contacts.bulk.operations import StatedOtherwise, start_bulk_act
from apps.contacts.bulk.running import tally_of
from apps.contacts.history.undo import undo
from apps.contacts.models import Change, Contact, Industry, Operation
from tests.contacts.bulk.conftest import Do, People, chosen

Kind = BulkAct.Kind
HOT = Deed(Kind.SET, "stage", "Hot")


def values(ids: list[int], field: str) -> list[object]:
    return list(Contact.objects.filter(pk__in=ids).order_by("pk").values_list(field, flat=True))


def test_only_contacts_that_differ_are_changed(do: Do, people: People):
    cold, hot = people(3, stage="Cold"), people(2, stage="Hot")
    act = do(HOT, cold + hot)
    assert values(cold + hot, "stage") == ["Hot"] * 5
    assert act.status == BulkAct.Status.DONE
    tally = tally_of(act)
    assert (tally.selected, tally.changed, tally.unchanged, tally.gone) == (5, 3, 2, 0)
    assert set(Contact.objects.filter(pk__in=hot).values_list("version", flat=True)) == {1}


def test_it_is_one_operation_of_the_log_with_its_counts_and_its_reason(
    do: Do, people: People, manager: AdminUser
):
    act = do(HOT, people(3), reason="The fair")
    operation = Operation.objects.get(kind="bulk_edit")
    assert act.operation == operation
    assert (operation.actor, operation.reason) == (manager, "The fair")
    assert operation.counts == {"created": 0, "updated": 3, "deleted": 0}
    assert Change.objects.filter(operation=operation).count() == 3


def test_an_act_that_changes_nothing_leaves_no_operation(do: Do, people: People):
    act = do(HOT, people(3, stage="Hot"))
    assert act.operation is None
    assert not Operation.objects.filter(kind="bulk_edit").exists()


@pytest.mark.parametrize(
    ("deed", "before", "after"),
    [
        (Deed(Kind.SET, "stage", ""), {"stage": "Hot"}, ""),
        (Deed(Kind.SET, "employees", 7), {}, 7),
        (Deed(Kind.SET, "employees", None), {"employees": 7}, None),
        (Deed(Kind.SET, "annual_revenue", 10**12), {"annual_revenue": 5}, 10**12),
        (Deed(Kind.SET, "last_raised_at", date(2024, 5, 6)), {}, date(2024, 5, 6)),
        (
            Deed(Kind.SET, "last_contacted_at", datetime(2024, 5, 6, 7, 8, tzinfo=UTC)),
            {},
            datetime(2024, 5, 6, 7, 8, tzinfo=UTC),
        ),
        (Deed(Kind.SET, "do_not_contact", True), {}, True),
        (Deed(Kind.SET, "tags", ["b", "a"]), {"tags": ["a"]}, ["b", "a"]),
        (Deed(Kind.ADD, "tags", ["c", "a"]), {"tags": ["b", "a"]}, ["b", "a", "c"]),
        (Deed(Kind.ADD, "tags", ["100%s"]), {}, ["100%s"]),
        (Deed(Kind.REMOVE, "tags", ["a", "x"]), {"tags": ["c", "a", "b"]}, ["c", "b"]),
        (Deed(Kind.SET, "email", ""), {"email": "a@x.example"}, ""),
        # In other letters it is the same, as in a form.
        (
            Deed(Kind.ADD, "tags", ["HOT", "école", "new"]),
            {"tags": ["Hot", "École"]},
            ["Hot", "École", "new"],
        ),
        (Deed(Kind.REMOVE, "tags", ["hot", "ÉCOLE"]), {"tags": ["Hot", "x", "école"]}, ["x"]),
    ],
)
def test_each_kind_of_field_can_be_set_emptied_added_to_and_taken_from(
    do: Do, people: People, deed: Deed, before: dict[str, object], after: object
):
    ids = people(1, **before)
    assert do(deed, ids).status == BulkAct.Status.DONE
    assert values(ids, deed.field) == [after]
    again = do(deed, ids, key="again")
    assert tally_of(again).unchanged == 1


def test_an_owner_and_an_industry_are_set_by_their_ids(do: Do, people: People, user: AdminUser):
    industry = Industry.objects.create(name="Software")
    ids = people(2)
    do(Deed(Kind.SET, "owner", user.pk), ids)
    do(Deed(Kind.SET, "industry", industry.pk), ids, key="other")
    assert values(ids, "owner") == [user.pk] * 2
    assert values(ids, "industry") == [industry.pk] * 2


def test_a_deletion_moves_contacts_to_the_trash(do: Do, people: People):
    ids, kept = people(3), people(1)
    act = do(Deed(Kind.DELETE), ids)
    assert list(Contact.objects.values_list("pk", flat=True)) == kept
    assert act.operation is not None
    assert (act.operation.kind, act.operation.counts["deleted"]) == ("delete", 3)


def test_all_that_match_a_search_are_reached_and_nobody_else(do: Do, people: People):
    spain, france = people(3, country="Spain"), people(2, country="France")
    act = do(HOT, search="country=Spain&sort=-last_name&page_size=1")
    assert values(spain, "stage") == ["Hot"] * 3
    assert values(france, "stage") == [""] * 2
    assert tally_of(act).changed == 3


def test_undo_brings_everything_back(do: Do, people: People, manager: AdminUser):
    ids = people(2, tags=["a"], stage="Cold")
    for n, deed in enumerate((HOT, Deed(Kind.ADD, "tags", ["b"]), Deed(Kind.DELETE))):
        act = do(deed, ids, key=str(n))
        assert act.operation is not None
        assert undo(act.operation, access=Access.of(manager)).contacts == 2
    assert values(ids, "tags") == [["a"]] * 2
    assert values(ids, "stage") == ["Cold"] * 2


def test_the_same_key_is_the_same_act(do: Do, people: People):
    ids = people(2)
    first = do(HOT, ids, key="once")
    Contact.objects.update(stage="Cold")
    assert do(HOT, ids, key="once") == first
    assert values(ids, "stage") == ["Cold"] * 2
    assert BulkAct.objects.count() == 1


def test_another_number_than_stated_is_refused_with_the_number_now(do: Do, people: People):
    ids = people(3, country="Spain")
    with pytest.raises(StatedOtherwise) as refusal:
        do(HOT, search="country=Spain", stated=2)
    assert refusal.value.number == 3
    assert values(ids, "stage") == [""] * 3
    assert not BulkAct.objects.exists()


def test_contacts_that_nobody_could_recognise_any_more_are_left(do: Do, people: People):
    ids = people(2)
    with_mail = people(1, email="a@x.example")
    tally = tally_of(do(Deed(Kind.SET, "last_name", ""), ids + with_mail))
    assert (tally.changed, tally.refused) == (1, 2)
    assert values(ids, "last_name") == ["P0", "P1"]


def test_what_keeps_a_contact_recognisable_is_not_looked_for_in_hidden_columns(do: Do, people: People):
    """Else the number of those that are left would tell who has an e-mail."""
    rights = {"last_name": "edit", "company": "read"}
    clerk = AdminUser.objects.create_user("c@x.example", role="manager", column_rights=rights)
    ids = people(1, email="a@x.example") + people(1)
    assert tally_of(do(Deed(Kind.SET, "last_name", ""), ids, person=clerk)).refused == 2


def test_users_may_not(do: Do, people: People, user: AdminUser):
    with pytest.raises(AccessDenied):
        do(HOT, people(1), person=user)


def test_deleting_needs_the_right_to_delete(do: Do, people: People):
    editor = AdminUser.objects.create_user(
        "e@x.example", role="manager", capability_overrides={"delete": False}
    )
    with pytest.raises(AccessDenied):
        do(Deed(Kind.DELETE), people(1), person=editor)


@pytest.mark.parametrize("field", ["stage", "created_at", "nosuch", "custom", "owner"])
def test_a_field_that_may_not_be_edited_is_none(do: Do, people: People, field: str):
    reader = AdminUser.objects.create_user(
        "r@x.example", role="manager", column_rights={"stage": "read", "created_at": "read"}
    )
    with pytest.raises(ValueError, match="cannot be done"):
        do(Deed(Kind.SET, field, None), people(1), person=reader)


def test_a_search_of_which_part_is_left_out_is_not_acted_on(people: People):
    """Without the filter it would reach everybody."""
    reader = AdminUser.objects.create_user("r@x.example", role="manager", column_rights={"stage": "edit"})
    access = Access.of(reader)
    people(2)
    for search in ("country=Spain", "nosuch=1"):
        selection = chosen(access, search=search)
        with pytest.raises(ValueError, match="cannot be done"):
            start_bulk_act(access=access, key="k", deed=HOT, selection=selection, stated=2)


class Balance(TestCase):
    """Whatever is chosen and whatever happens meanwhile: selected = changed + unchanged + refused + gone."""

    @given(
        stages=st.lists(st.sampled_from(["", "Cold", "Hot"]), min_size=1, max_size=8),
        lost=st.sets(st.integers(0, 7)),
        deed=st.sampled_from(
            [HOT, Deed(Kind.SET, "stage", ""), Deed(Kind.SET, "last_name", ""), Deed(Kind.DELETE)]
        ),
    )
    def test_balances(self, stages: list[str], lost: set[int], deed: Deed) -> None:
        from apps.contacts.bulk import operations, running

        access = Access.of(AdminUser.objects.create_user("m@x.example", role="manager"))
        made = [Contact.objects.create(last_name=f"P{n}", stage=stage) for n, stage in enumerate(stages)]
        selection = chosen(access, [contact.pk for contact in made])
        act = operations._new_act(access, "k", deed, selection, len(made), "")
        assert selection.found(access, lambda contacts: operations._freeze(act, contacts)) == len(made)
        Contact.objects.filter(pk__in=[made[n].pk for n in lost if n < len(made)]).delete()
        before = dict(Contact.objects.values_list("pk", "version"))
        while running.do_next_batch(act.pk):
            pass
        tally = tally_of(act)
        assert tally.left == 0
        assert tally.gone == len([n for n in lost if n < len(made)])
        now = dict(Contact.objects.values_list("pk", "version"))
        assert tally.changed == sum(now.get(pk) != version for pk, version in before.items())
