"""What all requests share: the rules of a folder, as they are now, and what was made ready for the options before.

INVARIANT: everything here runs in one thread, one request at a time; the engine and its caches know no other.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TypeVar, cast

from eligo.commands.rulefiles import folder
from eligo.dataclass import dataclass, field
from eligo.screening import Rules, load_rules
from eligo.service.sessions import Sessions
from eligo.service.settings import Settings
from eligo.service.state import Store

MOST_READY = 32  # sets of options that are kept ready
MOST_SCREENED = 5000  # records whose verdicts are kept

T = TypeVar("T")
_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class Workbench:
    """The rules, loaded anew when a file of the folder changes, and what is made of them."""

    settings: Settings
    store: Store
    sessions: Sessions
    _stamp: _Stamp | None = None
    _rules: Rules | None = None
    _ready: OrderedDict[Hashable, object] = field(default_factory=OrderedDict)
    _screened: OrderedDict[Hashable, object] = field(default_factory=OrderedDict)

    @property
    def folder(self) -> Path:
        """Where the rule sets are."""
        return folder(self.settings.rules)

    def rules(self) -> Rules:
        """The rules as the folder has them now."""
        stamp = _stamp_of(self.folder)
        if self._rules is None or stamp != self._stamp:
            self._rules, self._stamp = load_rules(self.settings.rules), stamp
            self._ready.clear()
            self._screened.clear()
        return self._rules

    def listed(self) -> Rules:
        """The same; none of a folder that holds none yet, or is to be made by the first draft."""
        if not self.folder.exists() or (self.folder.is_dir() and not _stamp_of(self.folder, ())):
            return Rules(())
        return self.rules()

    def kept(self, key: Hashable, make: Callable[[Rules], T]) -> T:
        """What `make` gives of the rules, kept under the key until the rules change."""
        rules = self.rules()
        return _kept(self._ready, key, lambda: make(rules), MOST_READY)

    def screened(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives of a record and its answers, kept under the key until the rules change."""
        self.rules()
        return _kept(self._screened, key, make, MOST_SCREENED)


def _kept(place: OrderedDict[Hashable, object], key: Hashable, make: Callable[[], T], most: int) -> T:
    """What is kept under a key, made where it is not there; what was not asked for longest goes first."""
    if key not in place:
        place[key] = make()
    place.move_to_end(key)
    while len(place) > most:
        place.popitem(last=False)
    return cast("T", place[key])


def _stamp_of(path: Path, bare: _Stamp | None = None) -> _Stamp:
    """What tells one state of the folder from another; `bare` is that of a folder without files of rules."""
    try:
        entries = list(os.scandir(path)) if path.is_dir() else []
        found = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith((".yaml", ".yml"))]
        if not found and bare is not None:
            return bare
        found = found or [(path.name, path.stat())]
    except OSError:  # loading says what is wrong
        return ()
    return tuple(sorted((name, at.st_mtime_ns, at.st_size) for name, at in found))
