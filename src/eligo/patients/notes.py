"""What a builder notes while it takes a record: every problem with its path, and what became of each statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from eligo.dataclass import dataclass
from eligo.errors import Severity
from eligo.jsontext import JsonPath
from eligo.patients.ledger import Took
from eligo.patients.names import Trouble
from eligo.patients.places import PublicPaths

MOST_HELPED = 30  # problems of one record that get a help of their own


@dataclass(frozen=True, slots=True)
class Noted:
    """A problem at a path of the record; the reader knows which line that is."""

    code: str
    message: str
    path: JsonPath
    help: str | None = None
    severity: Severity = "error"


class Notes:
    """The problems of one record and the log of its statements; `lenient` makes warnings of what is left out."""

    def __init__(self, lenient: bool, log: list[Took] | None) -> None:
        self.lenient = lenient
        self.findings: list[Noted] = []
        self.marks: list[tuple[JsonPath, int]] = []
        self._log = log
        self._later: Counter[JsonPath] = Counter()  # what lies after `as_of`, by list

    def mark(self, path: JsonPath) -> None:
        """Say which entry the next statements are of, for a reader that makes a ledger of the log."""
        if self._log is not None:
            self.marks.append((path, len(self._log)))

    def note(self, code: str, message: str, path: JsonPath, help_: str | None = None) -> None:
        """Warn of something that a reader found."""
        self._warn(code, message, path, help_)

    def _refuse(self, code: str, message: str, path: JsonPath, help_: str | None = None) -> None:
        self.findings.append(Noted(code, message, path, help_))
        self._not_used(code, message)

    def _warn(self, code: str, message: str, path: JsonPath, help_: str | None = None) -> None:
        self.findings.append(Noted(code, message, path, help_, "warning"))
        self._not_used(code, message)

    def _after(self, path: JsonPath) -> None:
        self._later[path[:1]] += 1
        self._not_used("after-as-of", "it lies after the day of the screening")

    def _used(self, what: str) -> None:
        if self._log is not None:
            self._log.append(Took("used", what))

    def _not_used(self, code: str, text: str) -> None:
        if self._log is not None:
            self._log.append(Took("refused", "", code, text))

    def _unknown(self, trouble: Trouble, path: JsonPath) -> None:
        """Report a name that means nothing here; similar names are looked for only while people still read the list."""
        help_ = None if self.lenient or len(self.findings) > MOST_HELPED else trouble.help()
        self._doubt(trouble.code, trouble.message, path, help_)

    def _doubt(self, code: str, message: str, path: JsonPath, help_: str | None = None) -> None:
        """An error, or, for a lenient caller, a warning about something that is left out."""
        report: Callable[..., None] = self._warn if self.lenient else self._refuse
        report(code, message, path, help_)

    def _warnings(self) -> tuple[str, ...]:
        """The warnings as a patient holds them, each once: the place where there is one, the code, the message."""
        paths = PublicPaths(None)
        said = (f"{paths.text(f.path) or ''}: {f.code}: {f.message}" for f in self.findings if f.severity == "warning")
        return tuple(sorted(dict.fromkeys(text.removeprefix(": ") for text in said)))
