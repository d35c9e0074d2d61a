"""`grammar/relations.yaml` in, `Relations` out: what a recorded concept may be beyond what it is a kind of.

A recorded concept *is* one that is asked for where it is a kind of it (the parents of `concepts.yaml`). It *may be* one
where it is broader, where the file says so, or where nobody has said to which area it belongs. Else it is none.

Of a thing beyond the vocabulary (`is_outside`) its kin tells that: the concepts that it is a kind of, or may be. One
without any is unclassified, and may be whatever is of its sort (condition, procedure, medication). Records bring any
number of such things, so that what each leaves open is worked out when it is met.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir, grammar_state
from eligo.namedtuple import NamedTuple
from eligo.vocabulary.concepts import Concepts, concepts, is_entry, is_outside
from eligo.vocabulary.named import is_named
from eligo.vocabulary.own_names import forget_with_names, forgotten_with_names

__all__ = ["ALWAYS", "LeftOpen", "Relations", "Sign", "load", "relations"]

ALWAYS = frozenset[str]()  # the statuses in which an entry counts, where it counts whatever its status is
_MOST = 50_000  # pairs of what is asked and what is recorded of which the relation is kept
_FORM = b"6"  # of the cached data: another form must not meet an old cache


class Sign(NamedTuple):
    """A value that a concept may explain: a variable on one side (`lt`, `le`, `gt`, `ge`) of a canonical limit.

    It never decides the concept; while it stands, silence does not rule the concept out.
    """

    variable: str
    op: str
    limit: float


class LeftOpen(NamedTuple):
    """What in a record leaves open that a concept is absent.

    `broader` is what the concept, or a kind of it, is a kind of; `entries` are all that may be it, the broader ones
    among them; `only` are those of them that count in some statuses alone, whatever status is asked for, and `lasting`
    procedures that count although they are over. `signs` are values.
    """

    broader: frozenset[str]
    entries: frozenset[str]
    only: Mapping[str, frozenset[str]]
    lasting: frozenset[str]
    signs: tuple[Sign, ...]


class Relations:
    """The relations between the concepts of a vocabulary."""

    def __init__(self, data: Mapping[str, Any], known: Concepts, state: bytes | None = None) -> None:
        """`state` is what tells these relations from others, where what is worked out of them may be kept."""
        self._known, self._state = known, state
        self._groups: list[dict[str, Any]] = data["may_be"]
        self._signs: list[dict[str, Any]] = data["signs"]
        self._by_asked: dict[str, list[int]] = data["by_asked"]  # the places of the groups
        self._signs_of = dict[str, list[int]]()  # the places of the signs, by what is asked
        for place, sign in enumerate(self._signs):
            for id_ in sign["asked"]:
                self._signs_of.setdefault(id_, []).append(place)
        self._kinds_apart = frozenset(data["kinds_apart"])
        self._each_apart: list[frozenset[str]] = [frozenset(group) for group in data["each_apart"]]
        self._enough = frozenset(data["enough"])
        self._too_wide = frozenset(data["too_wide"])
        self.unclassified: frozenset[str] = frozenset(data["unclassified"])
        self._made: dict[str, LeftOpen] = {}
        self._found: dict[int, frozenset[str]] = {}
        self._beyond = forgotten_with_names(functools.lru_cache(_MOST)(self._left_open_by))
        self._kin_of = forgotten_with_names(functools.lru_cache(_MOST)(self._found_kin))
        self._reach = forgotten_with_names(functools.lru_cache(_MOST)(self._found_reach))
        self._sorts = forgotten_with_names(functools.lru_cache(_MOST)(self._found_sorts))
        forget_with_names(self._made.clear)

    def open_to(self, asked: str) -> LeftOpen:
        """What in the vocabulary leaves open that a thing is absent; no kind of it, since that decides.

        Whether a recorded thing beyond the vocabulary does so, `left_open_by` says.
        """
        if asked not in self._made:
            self._made[asked] = self._open_to_entry(asked) if is_entry(asked) else self._open_to(asked)
        return self._made[asked]

    def prepare(self, asked: Iterable[str]) -> None:
        """Work out `open_to` of many concepts of the vocabulary at once, or take it from the cache.

        A start needs it of all that its rules ask for, and to work it out takes longer than to read it.
        """
        if self._state is None:
            return
        wanted = sorted({id_ for id_ in asked if not is_outside(id_)} - self._made.keys())
        key = digest([_FORM, self._state, *(id_.encode() for id_ in wanted)])
        found = cached("left-open", key, lambda: {id_: _frozen(self._open_to(id_)) for id_ in wanted})
        self._made |= {id_: _thawed(row) for id_, row in found.items()}

    def left_open_by(self, asked: str, recorded: str) -> frozenset[str] | None:
        """In which statuses a recorded thing beyond the vocabulary may be the one that is asked for: `ALWAYS`, or some.

        None where it is that thing, or a kind of it, which decides; where it says nothing of it; and of a bare name.
        """
        return self._beyond(asked, recorded)

    def is_unclassified(self, id: str) -> bool:  # noqa: A002 - the word of the interface
        """Whether nobody has said in which area a thing beyond the vocabulary is."""
        return self._kin_of(id) <= self._too_wide | self.unclassified

    def reach(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """The ids of all that is looked at by whatever a thing beyond the vocabulary can make a difference to.

        Of what is unclassified they are no ids of things, but of its sort (`sorts`).
        """
        return self._reach(id)

    def _found_reach(self, id_: str) -> frozenset[str]:
        own = self._known.above(id_) | self._kin_of(id_) | {id_}
        return own | self.sorts(id_) if self.is_unclassified(id_) else own

    def sorts(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """Of which sorts a thing and its kinds are, as ids that nothing has: `:condition`."""
        return self._sorts(id)

    def _found_sorts(self, id_: str) -> frozenset[str]:
        return frozenset(f":{'condition' if kind == 'state' else kind}" for kind in self._known.kinds(id_))

    def _found_kin(self, id_: str) -> frozenset[str]:
        """The concepts that an entry is a kind of, or may be, each with what that is a kind of in turn."""
        own = self._known.ancestors(id_) - {id_}
        return own.union(*map(self._known.ancestors, self._known.may_be(id_)))

    def _left_open_by(self, asked: str, recorded: str) -> frozenset[str] | None:
        known, kin = self._known, self._kin_of(recorded)
        if is_named(asked) or asked in known.ancestors(recorded):
            return None
        if self.is_unclassified(recorded):
            return None if self.sorts(asked).isdisjoint(self.sorts(recorded)) else ALWAYS
        if asked in known.above(recorded) or recorded in known.above(asked):
            return ALWAYS
        open_to, family = self.open_to(asked), known.descendants(asked)
        near = kin & (open_to.entries | family | known.ancestors(asked)) - self.unclassified
        if is_entry(asked):
            near -= self._too_wide
        if not near:
            return None
        some = [open_to.only.get(one, ALWAYS) for one in near]
        return ALWAYS if ALWAYS in some else frozenset[str]().union(*some)

    def _open_to_entry(self, asked: str) -> LeftOpen:
        """The same of an entry: it may be what is below it, and whatever shares an area with it, but a wide one."""
        line = self._known.ancestors(asked) - {asked}
        kin = self._kin_of(asked)
        always, only = set(kin | self.unclassified | self._known.below(asked)), dict[str, frozenset[str]]()
        lasting = set[str]()
        for area in sorted(kin - self._too_wide):
            found = self.open_to(area)
            always |= self._known.descendants(area) | (found.entries - found.only.keys())
            only |= {entry: only.get(entry, statuses) | statuses for entry, statuses in found.only.items()}
            lasting |= found.lasting
        only = {entry: statuses for entry, statuses in only.items() if entry not in always}
        return LeftOpen(line, frozenset(always | only.keys()), only, frozenset(lasting), ())

    def _open_to(self, asked: str) -> LeftOpen:
        family, line = self._known.descendants(asked), self._known.ancestors(asked)
        above = frozenset[str]().union(*map(self._known.ancestors, family))
        broader = above - family - (self._enough - line)
        always, only = set(broader | self.unclassified), dict[str, frozenset[str]]()
        lasting = set[str]()
        for place in _places(family | line, self._by_asked):
            group = self._groups[place]
            if not _meant(group, asked, family, line):
                continue
            found, statuses = self._recorded(place), frozenset(group["status"])
            if statuses:
                only |= {entry: only.get(entry, statuses) | statuses for entry in found}
            else:
                always |= found
            lasting |= found if group["lasts"] else frozenset()
        always -= family
        only = {entry: statuses for entry, statuses in only.items() if entry not in always and entry not in family}
        near = map(self._signs.__getitem__, _places(family | line, self._signs_of))
        meant = (sign for sign in near if _meant(sign, asked, family, line))
        signs = tuple(Sign(s["variable"], s["op"], s["limit"]) for s in meant)
        return LeftOpen(broader, frozenset(always | only.keys()), only, frozenset(lasting), signs)

    def unstated(self, asked: str) -> tuple[str, ...]:
        """The other kinds of a concept's parents of which nobody has said whether they may be it, in file order."""
        concept, stated = self._known.get(asked), self.open_to(asked).entries | self._known.descendants(asked)
        parents = set(concept.parents if concept else ()) - self._kinds_apart
        apart = frozenset[str]().union(*(group for group in self._each_apart if asked in group))
        others = (other for other in self._known if not parents.isdisjoint(other.parents))
        return tuple(other.id for other in others if other.id not in stated and other.id not in apart)

    def _recorded(self, place: int) -> frozenset[str]:
        """All concepts that a group speaks of."""
        if place not in self._found:
            group = self._groups[place]
            named = frozenset(group["recorded"])
            self._found[place] = named if group["alone"] else self._kinds(named) - self._kinds(group["but_not"])
        return self._found[place]

    def _kinds(self, ids: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*map(self._known.descendants, ids))


def _frozen(left_open: LeftOpen) -> list[Any]:
    """The JSON data of it."""
    broader, entries, only, lasting, signs = left_open
    some = {id_: sorted(statuses) for id_, statuses in sorted(only.items())}
    return [sorted(broader), sorted(entries), some, sorted(lasting), [list(sign) for sign in signs]]


def _thawed(row: list[Any]) -> LeftOpen:
    broader, entries, only, lasting, signs = row
    some = {id_: frozenset(statuses) for id_, statuses in only.items()}
    return LeftOpen(frozenset(broader), frozenset(entries), some, frozenset(lasting), tuple(Sign(*s) for s in signs))


def _places(ids: Iterable[str], of: Mapping[str, list[int]]) -> list[int]:
    """The places of all that is asked of any of the ids, in their order."""
    return sorted({place for id_ in ids if id_ in of for place in of[id_]})


def _meant(group: Mapping[str, Any], asked: str, family: frozenset[str], line: frozenset[str]) -> bool:
    """Whether what a group may be is the concept, a kind of it, or, for a vague group, broader than it."""
    if group["exact"]:
        return asked in group["asked"]
    return not family.isdisjoint(group["asked"]) or (group["vague"] and not line.isdisjoint(group["asked"]))


@functools.cache
def relations() -> Relations:
    """Load the relations of `grammar/relations.yaml`."""
    return load(data_dir("grammar") / "relations.yaml", concepts())


def load(path: Path, known: Concepts) -> Relations:
    """Load the relations of a file between concepts; every problem of the file comes in one EligoError."""
    text = path.read_bytes()

    def build() -> dict[str, Any]:
        from eligo.vocabulary.relations_file import read  # lazily: a warm start needs no YAML

        return read(text.decode(), path.name, known)

    # What it was checked against counts too: the concepts, and the variables with their units.
    others = grammar_state(["concepts.yaml", "variables.yaml"])
    key = digest([_FORM, text, others])
    # Only the vocabulary that is shipped is told by its file's state.
    return Relations(cached("relations", key, build), known, key.encode() if known is concepts() else None)
