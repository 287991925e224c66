"""The operators' first page: what the doctor says, to admins only."""

import pytest

from apps.core.doctor import Report, examine


def test_an_admin_reads_every_examination(sign_in, admin):
    page = sign_in(admin).get("/ops/").content.decode()
    for result in examine().results:
        assert result.name.capitalize() in page


def test_what_is_to_be_repaired_comes_first(sign_in, admin, settings):
    settings.MAILERS = {"default": {"BACKEND": "x", "OPTIONS": {"host": "127.0.0.1", "port": 1}}}
    page = sign_in(admin).get("/ops/").content.decode()
    assert "Something must be repaired: 1 of" in page
    assert "Check MAIL_HOST and MAIL_PORT." in page
    assert page.index("To be repaired") < page.index("Secret key")


@pytest.mark.parametrize("role", ["user", "manager"])
def test_others_may_not_see_it(sign_in, request, role):
    assert sign_in(request.getfixturevalue(role)).get("/ops/").status_code == 403


def test_an_empty_report_is_a_good_one():
    assert Report([]).verdict == "All well: 0 examinations"
