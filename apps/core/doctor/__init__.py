"""How the installation is doing: named examinations, each a sentence and, where needed, what to do.

Any app adds its own in a module `examinations`:

    @examination("Contacts", "counts of values", asks_database=True)
    def counts_of_values() -> Finding: ...

`manage.py doctor` prints them, the operations page shows them.
"""

from apps.core.doctor.examining import Report, Result, examine
from apps.core.doctor.registry import Finding, Level, examination, fail, fine, warn

__all__ = ["Finding", "Level", "Report", "Result", "examination", "examine", "fail", "fine", "warn"]
