"""The bar above the list: the views to go to, and what can be done with the open one."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from apps.accounts.access import Access, Capability
from apps.contacts.pages.addresses import list_href
from apps.contacts.saved_views.opening import ALL, OpenList
from apps.contacts.saved_views.queries import View, free_name
from apps.contacts.search import Search


@dataclass(frozen=True, slots=True)
class ViewTab:
    id: int
    name: str
    href: str
    is_shared: bool
    is_default: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class ViewBar:
    """`query` is the list as it stands, for the forms that save it."""

    tabs: list[ViewTab]
    open: View | None
    open_href: str
    query: str
    all_href: str
    columns_href: str
    link_href: str
    is_changed: bool
    has_layout: bool  # some of that is what this person keeps beside the shared view
    is_default: bool
    is_saveable: bool  # there is something about the list without a view that a view would keep
    may_save: bool
    may_save_as: bool
    may_share: bool
    new_name: str


def view_bar(opened: OpenList, access: Access) -> ViewBar:
    view, kept = opened.view, opened.kept
    default = kept.default
    query = opened.search.query_string()
    return ViewBar(
        tabs=[
            ViewTab(each.id, each.name, view_href(each.id), each.is_shared, each == default, each == view)
            for each in kept.views.values()
        ],
        open=view,
        open_href=view_href(view.id) if view else "",
        query=query,
        all_href=all_href(opened),
        columns_href=f"{reverse('columns_edit')}?{query}",
        link_href=f"{reverse('contact_list')}?{opened.full_query}",
        is_changed=opened.is_changed,
        has_layout=view is not None and view.id in kept.layouts,
        is_default=view is not None and view == default,
        is_saveable=view is None and _is_worth_keeping(opened),
        may_save=view is not None and view.may_be_changed(access),
        may_save_as=access.can(Capability.SAVE_VIEWS),
        may_share=access.can(Capability.SHARE_VIEWS),
        new_name=free_name(view.name, [each.name for each in kept.views.values()]) if view else "",
    )


def view_href(view_id: int) -> str:
    return f"{reverse('contact_list')}?{urlencode({'view': view_id})}"


def all_href(opened: OpenList) -> str:
    """All contacts; for who starts with a view the bare address leads there, and this one does not."""
    address = reverse("contact_list")
    return f"{address}?{urlencode({'view': ALL})}" if opened.kept.default else address


def clear_href(opened: OpenList) -> str:
    """The same list without any filter."""
    return list_href(replace(Search(), carried=opened.search.carried))


def _is_worth_keeping(opened: OpenList) -> bool:
    search = opened.search
    return search.is_narrowed or bool(search.sort) or "columns" in dict(search.carried)
