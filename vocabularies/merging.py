"""Terms of several sources in, entries out: one entry for one thing, and each name for one entry alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from eligo.vocabulary.entry import is_abbreviation
from vocabularies.names import Names
from vocabularies.term import Source, Term

# Whose name counts where two things have it: the name of an entry before the other names that a source gives it.
_OWN, _EXACT = 0, 1


class Merger:
    """Takes the sources one after the other; a later one adds names and codes to an entry, or an entry."""

    def __init__(self, key: Callable[[str], str]) -> None:
        self._key = key
        self.entries: dict[str, Term] = {}
        self._id_of: dict[str, str] = {}  # of every id of every source
        self._by_key: dict[str, set[str]] = defaultdict(set)
        self._said_by: dict[tuple[str, str], set[Source]] = defaultdict(set)  # an entry's key: who gives it the name
        self._loose: dict[str, set[str]] = defaultdict(set)
        self._rank: dict[tuple[str, str], int] = {}

    def take(self, terms: Iterable[Term], share_names: bool = True) -> None:
        """Take the terms of one source; `share_names` where an equal name says that two things are one."""
        for term in list(terms):
            found = self._same(term, share_names)
            if found == "":
                continue
            entry = self.entries.get(found or "")
            if entry is None:
                entry = self.entries[term.id] = Term(term.id, term.name, term.kind, term.source, parents=term.parents)
            self._id_of[term.id] = entry.id
            for same in term.same:
                self._id_of.setdefault(same, entry.id)
            self._add(entry, term)

    def _same(self, term: Term, share_names: bool) -> str | None:
        """The entry that a term is; None for a new one, "" for a term that would be several."""
        stated = self._id_of.get(term.id)
        if stated is not None:
            return stated
        if not share_names:
            return None
        keys = {self._key(name) for name in term.all_names}
        named = {id_ for key in keys for id_ in self._by_key[key] if self.entries[id_].kind == term.kind}
        if len(named) > 1:
            own = {id_ for id_ in named if self._key(self.entries[id_].name) == self._key(term.name)}
            return own.pop() if len(own) == 1 else ""
        return named.pop() if named else None

    def _add(self, entry: Term, term: Term) -> None:
        shared = entry is self.entries.get(term.id) or any(
            entry.id in self._by_key[self._key(name)] for name in term.all_names
        )
        for name in term.all_names if shared else ():
            key = self._key(name)
            self._by_key[key].add(entry.id)
            self._said_by[entry.id, key].add(term.source)
            rank = _OWN if name == term.name else _EXACT
            self._rank[entry.id, key] = min(rank, self._rank.get((entry.id, key), rank))
            if name not in entry.names:
                entry.names.append(name)
        for name in term.loose:
            self._loose[self._key(name)].add(entry.id)
        for system, codes in term.codes.items():
            entry.codes.setdefault(system, codes)

    def finish(self, names: Names) -> list[Term]:
        """The entries by id: each name clear, each code of one entry, each parent an entry, none without a use."""
        for entry in self.entries.values():
            clear: dict[str, str] = {}
            for name in entry.names:
                if self._is_clear(name, entry) and names.good(name, entry):
                    clear.setdefault(self._key(name), name)
            entry.names = list(clear.values())
            above = (self._id_of.get(parent) for parent in entry.parents)
            entry.parents = sorted({id_ for id_ in above if id_ and id_ != entry.id})
        self._part_codes()
        return sorted(self._useful(), key=lambda term: term.id)

    def _part_codes(self) -> None:
        """Take the codes away that two entries have."""
        uses = Counter(
            (s, code) for entry in self.entries.values() for s, codes in entry.codes.items() for code in codes
        )
        for entry in self.entries.values():
            single = {s: [c for c in codes if uses[s, c] == 1] for s, codes in sorted(entry.codes.items())}
            entry.codes = {system: codes for system, codes in single.items() if codes}

    def _useful(self) -> list[Term]:
        """What has a name, or stands above something that has one."""
        found: dict[str, Term] = {}
        todo = [entry for entry in self.entries.values() if entry.names]
        while todo:
            entry = todo.pop()
            if entry.id not in found:
                found[entry.id] = entry
                todo += [self.entries[id_] for id_ in entry.parents]
        return list(found.values())

    def _is_clear(self, name: str, entry: Term) -> bool:
        """Whether a name is of this entry alone; an abbreviation besides only where two sources have it."""
        key = self._key(name)
        others = self._by_key[key] - {entry.id}
        if is_abbreviation(name):
            return not others and not self._loose[key] - {entry.id} and len(self._said_by[entry.id, key]) > 1
        rank = self._rank[entry.id, key]
        return all(rank < self._rank[other, key] for other in others)
