"""What `manage.py doctor` asks about people and rights."""

from apps.accounts.security_log.verification import verify_security_log
from apps.core.doctor import Finding, examination, fail, fine

GROUP = "People and rights"


@examination(GROUP, "security log", asks_database=True)
def security_log() -> Finding:
    found = verify_security_log()
    if found.broken_at is not None:
        return fail(
            f"The security log was changed: entry {found.broken_at} is missing or not as it was written.",
            "Compare it with a backup; manage.py verify_security_log says more.",
        )
    return fine(f"All {found.entries:,} entries of the security log are as they were written.")
