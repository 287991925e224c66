"""How far a long command is: one line that rewrites itself on a terminal, now and then a line in a log."""

import time
from dataclasses import dataclass, field

from django.core.management.base import OutputWrapper

SECONDS_BETWEEN_LINES = 5.0


@dataclass(slots=True)
class Progress:
    stream: OutputWrapper
    total: int
    _started: float = field(default_factory=time.perf_counter)
    _shown: float = 0.0

    def on_rows(self, rows: int) -> None:
        now = time.perf_counter()
        if not self._is_terminal and rows < self.total and now - self._shown < SECONDS_BETWEEN_LINES:
            return
        self._shown = now
        rate = rows / max(now - self._started, 0.001)
        left = (self.total - rows) / rate
        self._show(f"{rows:,} of {self.total:,} contacts, {rate:,.0f} a second, about {left:.0f} s left")

    def on_step(self, name: str) -> None:
        if name == "contacts":
            self._started = time.perf_counter()
        elif self._is_terminal or time.perf_counter() - self._shown >= SECONDS_BETWEEN_LINES:
            self._shown = time.perf_counter()
            self._show(f"{name} …")

    def finish(self) -> None:
        if self._is_terminal:
            self._write("\r\x1b[K")

    @property
    def _is_terminal(self) -> bool:
        return self.stream.isatty()

    def _show(self, text: str) -> None:
        self._write(f"\r\x1b[K{text}" if self._is_terminal else f"{text}\n")

    def _write(self, text: str) -> None:
        self.stream.write(text, style_func=str, ending="")  # else standard error is red, and each text a line
        self.stream.flush()
