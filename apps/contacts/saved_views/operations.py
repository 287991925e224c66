"""What people do with views and columns: one function for each act, each a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.access import Access, Capability
from apps.accounts.models import AdminUser
from apps.contacts.saved_views.columns import (
    Columns,
    held_columns,
    hidden_columns,
    stored_columns,
)
from apps.contacts.saved_views.models import ListLayout, SavedView, ViewVisit
from apps.contacts.saved_views.queries import (
    free_name,
    hidden_query,
    kept_for,
    newest_contact,
    normal_query,
    views_of,
)
from apps.contacts.search import LONGEST_QUERY, Search

LONGEST_NAME = 80
MOST_VIEWS = 100  # of one person


class ViewGone(Exception):
    """The view does not exist, or not for this person."""


class ViewNameTaken(Exception):
    """The view's owner has another one of this name."""


class ViewTooLong(Exception):
    """The search has more in it than a view can keep."""


class TooManyViews(Exception):
    """The person has MOST_VIEWS already."""


class ViewSavedMeanwhile(Exception):
    """Somebody else saved the view since this person saw it; nothing was written."""


@dataclass(frozen=True, slots=True)
class Look:
    """A list as it is to be saved: its search, and columns and row height where somebody chose them."""

    search: Search
    columns: Columns = ()
    density: str = ""


def save_view_as(*, access: Access, name: str, look: Look) -> SavedView:
    """Make a private view of a list. Raises AccessDenied, TooManyViews, ViewNameTaken, ViewTooLong."""
    access.require(Capability.SAVE_VIEWS)
    view = SavedView(
        owner_id=_person(access),
        name=name,
        query=_short_enough(normal_query(look.search)),
        columns=stored_columns(look.columns),
        density=look.density,
    )
    with transaction.atomic():
        _lock_person(_person(access))
        _require_room(view.owner_id)
        _named(view.save)
    return view


def save_view(view_id: int, *, access: Access, look: Look, seen_version: int) -> SavedView:
    """Save a list over a view; parts of the view that this person may not see stay.

    The person's own columns of a shared view are its columns now, and no longer kept beside it.
    Raises AccessDenied, ViewGone, ViewSavedMeanwhile, ViewTooLong.
    """
    with transaction.atomic():
        view = _changeable(view_id, access)
        if view.version != seen_version:
            raise ViewSavedMeanwhile
        hidden = hidden_query(view.query, access)
        # Of this part alone: else the length of what they may not see would show.
        own = _short_enough(normal_query(look.search))
        view.query = "&".join(filter(None, (own, hidden)))
        view.columns = stored_columns(_with_hidden(look.columns, held_columns(view.columns), access))
        view.density = look.density
        view.version += 1
        view.save()
        ListLayout.objects.filter(person_id=_person(access), view=view).delete()
    return view


def rename_view(view_id: int, *, access: Access, name: str) -> SavedView:
    """Raises AccessDenied, ViewGone, ViewNameTaken."""
    with transaction.atomic():
        _lock_owner(view_id, access)
        view = _changeable(view_id, access)
        view.name = name
        _named(lambda: view.save(update_fields=["name", "updated_at"]))
    return view


def share_view(view_id: int, *, access: Access, is_shared: bool) -> SavedView:
    """Show a view to everybody, or to its owner alone again. Raises AccessDenied, ViewGone."""
    access.require(Capability.SHARE_VIEWS)
    with transaction.atomic():
        view = _changeable(view_id, access)
        view.is_shared = is_shared
        view.save(update_fields=["is_shared", "updated_at"])
    return view


def delete_view(view_id: int, *, access: Access) -> SavedView:
    """Take a view away from everybody; restore_view brings it back. Raises AccessDenied, ViewGone."""
    with transaction.atomic():
        view = _changeable(view_id, access, with_deleted=True)
        if view.deleted_at is None:
            view.deleted_at = timezone.now()
            view.save(update_fields=["deleted_at"])
    return view


def restore_view(view_id: int, *, access: Access) -> SavedView:
    """Put a deleted view back as it was to everybody; its name has a number where its owner gave it away meanwhile.

    Raises AccessDenied, TooManyViews, ViewGone.
    """
    with transaction.atomic():
        _lock_owner(view_id, access)
        view = _changeable(view_id, access, with_deleted=True)
        if view.deleted_at is not None:
            _require_room(view.owner_id)
            others = SavedView.objects.filter(owner_id=view.owner_id, deleted_at__isnull=True)
            view.name, view.deleted_at = free_name(view.name, others.values_list("name", flat=True)), None
            view.save(update_fields=["name", "deleted_at"])
    return view


def order_views(view_ids: Sequence[int], *, access: Access) -> None:
    """The order of this person's tabs, and of nobody else's; their views that are not among these come behind."""
    with transaction.atomic():
        _lock_person(_person(access))
        views = kept_for(access).views
        in_order = [pk for pk in dict.fromkeys([*view_ids, *views]) if pk in views]
        _keep_visits(
            [
                ViewVisit(person_id=_person(access), view_id=pk, place=place)
                for place, pk in enumerate(in_order)
            ],
            ["place"],
        )


def set_default_view(view_id: int | None, *, access: Access) -> SavedView | None:
    """The view that the contact list of this person starts with; None: all contacts. Raises ViewGone."""
    with transaction.atomic():
        _lock_person(_person(access))
        view = _visible(view_id, access, is_locked=True) if view_id is not None else None
        ViewVisit.objects.filter(person_id=_person(access), is_default=True).update(is_default=False)
        if view is not None:
            _keep_visit(access, view, is_default=True)
    return view


def mark_visit(view_id: int, *, access: Access) -> None:
    """The person has the view before them: what came until now is not new any more. Raises ViewGone."""
    with transaction.atomic():
        view = _visible(view_id, access, is_locked=True)  # else somebody may delete it meanwhile
        _keep_visit(access, view, seen_at=timezone.now(), seen_up_to=newest_contact())


def keep_columns(view_id: int | None, *, access: Access, columns: Columns, density: str) -> None:
    """How a list looks for this person from now on: in their private view itself, else beside the view.

    Columns that they may not see stay where somebody who may has put them. Raises ViewGone.
    """
    with transaction.atomic():
        view = _visible(view_id, access, is_locked=True) if view_id is not None else None
        if view is not None and not view.is_shared:
            kept = _with_hidden(columns, held_columns(view.columns), access)
            view.columns, view.density = stored_columns(kept), density
            view.save(update_fields=["columns", "density", "updated_at"])
            ListLayout.objects.filter(
                person_id=_person(access), view=view
            ).delete()  # from when it was shared
            return
        ListLayout.objects.bulk_create(
            [
                ListLayout(
                    person_id=_person(access), view=view, columns=stored_columns(columns), density=density
                )
            ],
            update_conflicts=True,
            unique_fields=["person", "view"],
            update_fields=["columns", "density"],
        )


def forget_columns(view_id: int | None, *, access: Access) -> None:
    """Back to the columns of everybody, or of the shared view. Raises ViewGone."""
    with transaction.atomic():
        view = _visible(view_id, access, is_locked=True) if view_id is not None else None
        if view is not None and not view.is_shared:
            SavedView.objects.filter(pk=view.pk).update(columns=[], density="")
        ListLayout.objects.filter(person_id=_person(access), view_id=view_id).delete()


def _person(access: Access) -> int:
    """Raises ViewGone for who is nobody in the database: at the command line there are no views."""
    if access.user_id is None:
        raise ViewGone
    return access.user_id


def _lock_person(person_id: int) -> None:
    """What is one thing of all their views is done one at a time."""
    AdminUser.objects.select_for_update(no_key=True).only("pk").get(pk=person_id)


def _lock_owner(view_id: int, access: Access) -> None:
    """For whoever gives a view a name; before the view itself, as everywhere."""
    _lock_person(_visible(view_id, access, with_deleted=True).owner_id)


def _require_room(owner_id: int) -> None:
    """For one more view of a person who is locked. Raises TooManyViews."""
    if SavedView.objects.filter(owner_id=owner_id, deleted_at__isnull=True).count() >= MOST_VIEWS:
        raise TooManyViews


def _visible(
    view_id: int, access: Access, *, is_locked: bool = False, with_deleted: bool = False
) -> SavedView:
    views = views_of(access, with_deleted=with_deleted)
    if is_locked:
        # Its key stays: an order or a visit of it that somebody writes meanwhile does not wait.
        views = views.select_for_update(no_key=True)
    view: SavedView | None = views.filter(pk=view_id).first()
    if view is None:
        raise ViewGone
    return view


def _changeable(view_id: int, access: Access, *, with_deleted: bool = False) -> SavedView:
    """The view, locked; what another keeps private does not exist."""
    view = _visible(view_id, access, is_locked=True, with_deleted=with_deleted)
    access.require(Capability.SHARE_VIEWS if view.is_shared else Capability.SAVE_VIEWS)
    return view


def _keep_visit(access: Access, view: SavedView, **values: Any) -> None:
    _keep_visits([ViewVisit(person_id=_person(access), view=view, **values)], list(values))


def _keep_visits(visits: Sequence[ViewVisit], fields: Sequence[str]) -> None:
    ViewVisit.objects.bulk_create(
        visits, update_conflicts=True, unique_fields=["person", "view"], update_fields=fields
    )


def _with_hidden(columns: Columns, before: Columns, access: Access) -> Columns:
    hidden = hidden_columns(before, access)
    return (*columns, *hidden) if columns else columns


def _short_enough(query: str) -> str:
    if len(query) > LONGEST_QUERY:
        raise ViewTooLong
    return query


def _named(save: Any) -> None:
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name == "contacts_savedview_name_unique":
            raise ViewNameTaken from error
        raise
