"""An exception as a log line or an error group may keep it: types and places, no message and no values.

The message is left out because PostgreSQL's holds the values of the row at fault, and many others the input.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

from apps.core.logs.scrubbing import short_path

_MOST_FRAMES = 60
_MOST_CAUSES = 5


@dataclass(frozen=True, slots=True)
class Frame:
    path: str
    module: str
    function: str
    line: int
    file: str  # as the interpreter knows it

    @property
    def is_ours(self) -> bool:
        """Whether our code is what it says: not what only stands between it and the database to take the time."""
        is_between = self.module == "apps.core.observation"
        return not is_between and self.module.partition(".")[0] in {"apps", "appointment360", "scripts"}

    def __str__(self) -> str:
        return f"{self.path}:{self.line} in {self.function}"


def type_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def frames_of(error: BaseException) -> list[Frame]:
    """From the outermost call to where it was raised."""
    return list(_frames(error.__traceback__))


def _frames(trace: TracebackType | None) -> Iterator[Frame]:
    while trace is not None:
        code = trace.tb_frame.f_code
        yield Frame(
            path=short_path(code.co_filename),
            module=str(trace.tb_frame.f_globals.get("__name__", "")),
            function=code.co_qualname,
            line=trace.tb_lineno,
            file=code.co_filename,
        )
        trace = trace.tb_next


def stack_in_words(error: BaseException) -> str:
    """The exception and what caused it, each as its type and its frames, in several lines."""
    lines: list[str] = []
    for cause in _causes(error):
        lines.append(type_name(cause) if not lines else f"caused by {type_name(cause)}")
        frames = frames_of(cause)
        left_out = max(0, len(frames) - _MOST_FRAMES)
        lines += [f"  … {left_out} frames"] * (left_out > 0) + [f"  {each}" for each in frames[left_out:]]
    return "\n".join(lines)


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if current is None:
            return
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
