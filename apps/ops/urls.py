"""Addresses of the operators' pages, below /ops/. Everything here is for people with the right to operations."""

from django.urls import path

from apps.ops.views import errors, jobs, limits, overview, sessions

urlpatterns = [
    path("", overview.ops_overview, name="ops_overview"),
    path("jobs/", jobs.ops_jobs, name="ops_jobs"),
    path("jobs/runs/", jobs.ops_job_runs, name="ops_job_runs"),
    path("jobs/<bigid:job_id>/", jobs.ops_job, name="ops_job"),
    path("jobs/<bigid:job_id>/retry/", jobs.ops_job_retry, name="ops_job_retry"),
    path("jobs/<bigid:job_id>/drop/", jobs.ops_job_drop, name="ops_job_drop"),
    path("jobs/<bigid:job_id>/stop/", jobs.ops_job_stop, name="ops_job_stop"),
    path("limits/", limits.ops_limits, name="ops_limits"),
    path("limits/lift/", limits.ops_limit_lift, name="ops_limit_lift"),
    path("sessions/", sessions.ops_sessions, name="ops_sessions"),
    path("sessions/<bigid:user_id>/end/", sessions.ops_sessions_end, name="ops_sessions_end"),
    path("errors/", errors.ops_errors, name="ops_errors"),
    path("errors/<bigid:group_id>/", errors.ops_error, name="ops_error"),
    path("errors/<bigid:group_id>/resolve/", errors.ops_error_resolve, name="ops_error_resolve"),
]
