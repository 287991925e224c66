"""The tables of core; each is described where its feature lives."""

from apps.core.errors.models import ErrorGroup
from apps.core.jobs.models import JobRun
from apps.core.limits.models import RateLimitWindow

__all__ = ["ErrorGroup", "JobRun", "RateLimitWindow"]
