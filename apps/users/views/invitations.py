"""Inviting somebody."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.invitations.operations import NewPerson, invite_person, send_invitation_again
from apps.accounts.models import AdminUser
from apps.accounts.people.refusals import AddressTaken, Refused
from apps.users.forms import InvitationForm
from apps.users.views.origin import origin_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def user_invite(request: HttpRequest, access: Access) -> HttpResponse:
    form = InvitationForm(
        request.POST if request.method == "POST" else None,
        access=access,
        initial={"role": AdminUser.Role.USER, "limit": 100},
    )
    holder_id = None
    if form.is_valid():
        try:
            person = invite_person(_new_person(form), access=access, origin=origin_of(request))
        except AddressTaken as refusal:
            form.add_error("email", str(refusal))
            holder_id = refusal.person_id
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{person.email} is invited: the mail is on its way.")
            return redirect("user_detail", person.pk)
    return render(
        request, "users/invite.html", {"nav_current": "users", "form": form, "holder_id": holder_id}
    )


@require_POST
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def user_invitation_send(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    get_object_or_404(AdminUser, pk=user_id)
    try:
        person = send_invitation_again(user_id, access=access, origin=origin_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"{person.email} gets a new invitation; the link of the one before is dead."
        )
    return redirect("user_detail", user_id)


def _new_person(form: InvitationForm) -> NewPerson:
    copied: AdminUser | None = form.cleaned_data.get("rights_of")
    return NewPerson(
        email=form.cleaned_data["email"],
        name=form.cleaned_data["name"],
        role=form.cleaned_data["role"],
        download_limit=form.download_limit,
        column_rights=None if copied is None else copied.column_rights,
    )
