"""Addresses of the admins' pages about people, below /users/."""

from django.urls import path

from apps.users.views import (
    acts,
    columns,
    invitations,
    limits,
    people,
    roles,
    security_log,
    seen_as,
    statement,
)

urlpatterns = [
    path("", people.user_list, name="user_list"),
    path("new/", invitations.user_invite, name="user_invite"),
    path("limits/", limits.user_limits, name="user_limits"),
    path("<bigid:user_id>/", people.user_detail, name="user_detail"),
    path("<bigid:user_id>/edit/", people.user_edit, name="user_edit"),
    path("<bigid:user_id>/deactivate/", acts.user_deactivate, name="user_deactivate"),
    path("<bigid:user_id>/reactivate/", acts.user_reactivate, name="user_reactivate"),
    path("<bigid:user_id>/invitation/send/", invitations.user_invitation_send, name="user_invitation_send"),
    path("<bigid:user_id>/sessions/end/", acts.user_sessions_end, name="user_sessions_end"),
    path("<bigid:user_id>/sessions/<bigid:session_id>/end/", acts.user_session_end, name="user_session_end"),
    path(
        "<bigid:user_id>/second-factors/reset/",
        acts.user_second_factors_reset,
        name="user_second_factors_reset",
    ),
    path("log/", security_log.security_log, name="security_log"),
    path("<bigid:user_id>/log/", security_log.user_log, name="user_log"),
    path("<bigid:user_id>/columns/", columns.user_columns, name="user_columns"),
    path("roles/", roles.role_policies, name="role_policies"),
    path("roles/<slug:role>/columns/", columns.role_columns, name="role_columns"),
    path("roles/<slug:role>/columns/apply/", columns.role_columns_apply, name="role_columns_apply"),
    path("<bigid:user_id>/access/", seen_as.user_access, name="user_access"),
    path("<bigid:user_id>/see-as/", seen_as.see_as_start, name="see_as_start"),
    path("see-as/stop/", seen_as.see_as_stop, name="see_as_stop"),
    path("<bigid:user_id>/statement/", statement.user_statement, name="user_statement"),
    path("<bigid:user_id>/statement/credit/", statement.user_credit, name="user_credit"),
    path("<bigid:user_id>/statement/correction/", statement.user_correction, name="user_correction"),
]
