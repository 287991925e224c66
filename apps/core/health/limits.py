"""Doing a thing for so long and no longer, although it cannot be interrupted."""

import threading
from collections.abc import Callable


class TooLate(Exception):
    """It has not answered in time."""


class Limited[T]:
    """One thing that may hang: asked in a thread of its own, waited for so long.

    While an earlier question still hangs, the next is TooLate at once, so a thing that never answers costs one thread.
    """

    def __init__(self, ask: Callable[[], T], *, seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._hanging: threading.Thread | None = None
        self._lock = threading.Lock()

    def __call__(self) -> T:
        """The answer, or what the question raised. Raises TooLate."""
        with self._lock:
            if self._hanging is not None and self._hanging.is_alive():
                self._hanging.join(0.05)  # it may be just about to end
                if self._hanging.is_alive():
                    raise TooLate
            outcome: list[T] = []
            failure: list[BaseException] = []

            def run() -> None:
                try:
                    outcome.append(self._ask())
                except BaseException as error:  # noqa: BLE001  # raised again where it is waited for
                    failure.append(error)

            thread = threading.Thread(target=run, daemon=True, name="health")
            self._hanging = thread
            thread.start()
            thread.join(self._seconds)
            if thread.is_alive():
                raise TooLate
            self._hanging = None
        if failure:
            raise failure[0]
        return outcome[0]
