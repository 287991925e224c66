"""A worker that was started as operators start it finds the mails, and sends them."""

import pytest

from apps.accounts.access import Access
from apps.accounts.invitations.operations import NewPerson, invite_person
from apps.accounts.second_factors import reset_second_factors
from tests.mail_jobs import waiting_mails
from tests.workers import has_ended, status_of, wait_for, worker

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_sends_the_mails(admin, user):
    new = NewPerson(email="ivy@staff.example", name="Ivy", role="user", download_limit=100)
    invite_person(new, access=Access.of(admin), origin="https://crm.example")
    reset_second_factors(user, actor_id=admin.pk)
    jobs = [number for number, _, _ in waiting_mails()]
    assert len(jobs) == 2
    with worker():
        for job in jobs:
            wait_for(has_ended(job))
    assert [status_of(job) for job in jobs] == ["succeeded", "succeeded"]
