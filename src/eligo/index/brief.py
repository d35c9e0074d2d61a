"""A screening of an index in, its JSON line or lines for a terminal out: as `screen --brief` prints the same trials.

The parts of a line that are the same for all patients are made once, and joined.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from eligo.explain.findings import BRIEF, NO_CRITERIA
from eligo.index.arrays import Flags, Places
from eligo.index.opened import OpenedIndex
from eligo.index.screened import VERDICTS, IndexScreener, IndexScreening
from eligo.namedtuple import NamedTuple
from eligo.report.jsonline import json_line, quoted
from eligo.report.terminal import Terminal, clean
from eligo.report.text import COLOUR, RANK, VERDICT_COLUMNS

_MOST_IDS = 8
_BETWEEN = ", "
_VERDICTS = [f'"verdict": "{word}", "blocks": [' for word in VERDICTS]
_PIECES = 11  # of the JSON of a trial
_AT_ONCE = 2000  # trials in one part of a line


_number = functools.lru_cache(maxsize=4096)(str)


class _ToldArm(NamedTuple):
    """One arm: its JSON before the verdict, the place of what it comes to, and its criteria.

    `ids` are those of its criteria, `first` and `last` where their values lie among those of all arms.
    """

    head: str
    part: int
    ids: list[str]
    first: int
    last: int

    def told(self, verdict: int, values: list[int]) -> str:
        """Its JSON."""
        own = list(zip(self.ids, values[self.first : self.last], strict=True))
        blocks, opens = (_BETWEEN.join([id_ for id_, value in own if value == of]) for of in (0, 1))
        return f'{self.head}{_VERDICTS[verdict]}{blocks}], "open": [{opens}]}}'


class Briefs:
    """What is said of the trials of an index."""

    def __init__(self, screener: IndexScreener) -> None:
        self.screener, self.index = screener, screener.index
        # The ids of criteria as JSON, by their numbers: with what stands before them, and without; then a line's end.
        ids = [f'"{word}"'.encode() for word in self._ids()]
        self._quoted = np.array([*(_BETWEEN.encode() + id_ for id_ in ids), *ids, b"\n"])

    def _ids(self) -> list[str]:
        """The ids of criteria by their numbers, which are the lowest ones of the words."""
        last = int(self.index.criterion_ids.max(initial=0))
        return [self.index.words[number] for number in range(last + 1)]

    @functools.cached_property
    def _heads(self) -> list[str]:
        """Of each trial, all of its JSON that stands before the verdict."""
        index = self.index
        hashes = index.sha256.tobytes().hex()
        rows = zip(index.names.all(), index.titles.all(), range(0, len(hashes), 64), strict=True)
        return [
            f'{{"trial": {quoted(name)}, "title": {quoted(title)}, "rules_sha256": "{hashes[at : at + 64]}", '
            for name, title, at in rows
        ]

    @functools.cached_property
    def _tails(self) -> list[str]:
        """And all that stands behind what passes, but the arms."""
        index = self.index
        tails = [f'}}, "drafts": {count}}}' if count else "}}" for count in index.drafts.tolist()]
        noted = index.states_none | (index.notes.starts[1:] > index.notes.starts[:-1])
        for number in np.flatnonzero(noted).tolist():
            tails[number] = f'{tails[number][:-1]}, "notes": {json_line(list(notes_of(index, number)))}}}'
        return tails

    def line(self, screening: IndexScreening, chosen: Places, problems: Sequence[Any]) -> Iterator[str]:
        """The screening as one line of JSON, with the trials that are chosen, in parts: whole, it takes much memory."""
        yield f'{json_line(self.whole(screening))[:-1]}, "trials": ['
        pieces = self._pieces(screening)
        if len(chosen) < self.index.trials:
            pieces = [one for number in chosen.tolist() for one in pieces[number * _PIECES : (number + 1) * _PIECES]]
        if pieces:
            pieces[-1] = ""  # what stands between two trials
        for at in range(0, len(pieces), _PIECES * _AT_ONCE):
            yield "".join(pieces[at : at + _PIECES * _AT_ONCE])
        yield f'], "problems": {json_line(problems)}}}' if problems else "]}"

    def whole(self, screening: IndexScreening) -> dict[str, Any]:
        """What is said of the patient, and of all trials together."""
        return {
            "schema": BRIEF,
            "patient": screening.patient,
            "as_of": screening.as_of.isoformat(),
            "sex": screening.sex,
            "age": screening.age,
            "counts": counts_of(screening, self.index),
        }

    def _pieces(self, screening: IndexScreening) -> list[str]:
        """The JSON of all trials as pieces, so many a trial; to join them all at once takes a third of the time."""
        weights, each = screening.weights, self.screener.weigher.each
        pieces = [""] * (_PIECES * self.index.trials)
        pieces[0::_PIECES] = self._heads
        pieces[1::_PIECES] = [_VERDICTS[weight] for weight in weights.trials.tolist()]
        pieces[2::_PIECES] = self.ids(blocking(screening))
        pieces[3::_PIECES] = ['], "open": ['] * self.index.trials
        pieces[4::_PIECES] = self.ids(undecided(screening))
        pieces[5::_PIECES] = ['], "passes": {"count": '] * self.index.trials
        pieces[6::_PIECES] = map(_number, each(weights.criteria == 2).tolist())
        pieces[7::_PIECES] = [', "assumed": '] * self.index.trials
        pieces[8::_PIECES] = map(_number, each(screening.assumed).tolist())
        pieces[9::_PIECES] = self._tails
        pieces[10::_PIECES] = [_BETWEEN] * self.index.trials
        arms, places = self._arms
        values, parts = weights.criteria[places].tolist(), weights.parts.tolist()
        for number, several in arms:
            place = number * _PIECES + 9
            told = _BETWEEN.join([arm.told(parts[arm.part], values) for arm in several])
            pieces[place] = f'}}, "arms": [{told}]{pieces[place].removeprefix("}")}'
        for number, trial in screening.by_hand.items():
            place = number * _PIECES
            pieces[place : place + _PIECES] = [json_line(trial.as_brief_json()), *[""] * (_PIECES - 2), _BETWEEN]
        return pieces

    @functools.cached_property
    def _arms(self) -> tuple[list[tuple[int, list[_ToldArm]]], Places]:
        """The trials with arms, with these; and the places of the criteria of all arms."""
        places: list[int] = []
        numbers = self.screener.weigher.with_arms.tolist()
        found = [(number, list(self._arms_of(number, places))) for number in numbers]
        return found, np.array(places, np.int64)

    def _arms_of(self, number: int, places: list[int]) -> Iterator[_ToldArm]:
        """The arms of a trial; the places of their criteria are added."""
        index = self.index
        begin, end = self.screener.places(number)
        ids, of = index.criterion_ids_of(number), index.criterion_arms[begin:end].tolist()
        words, part = index.arms[number], int(index.part_starts[number])
        for arm, (id_, label) in enumerate(zip(words[0::2], words[1::2], strict=True), 1):
            own = [place for place, one in enumerate(of) if one == arm]
            first = len(places)
            places += [begin + place for place in own]
            head = f'{{"id": {quoted(id_)}, "label": {quoted(label)}, '
            yield _ToldArm(head, part + arm, [f'"{ids[place]}"' for place in own], first, len(places))

    def chosen(self, screening: IndexScreening, only: str | None) -> Places:
        """The trials that are shown: those with a verdict, or all of them."""
        values = screening.values()
        return np.arange(len(values)) if only is None else np.flatnonzero(values == VERDICTS.index(only))

    def counting(self, screening: IndexScreening) -> tuple[str, ...]:
        """The verdicts that count for the exit code, each once: of trials that state criteria, where any does."""
        values = screening.values()
        stated = values[~self.index.states_none]
        return tuple([VERDICTS[value] for value in np.unique(stated if len(stated) else values).tolist()])

    def ids(self, marked: Flags) -> list[str]:
        """Of each trial the ids of the criteria that are marked, as the inside of a JSON list.

        All of them are put together as one text, with a line for each trial, and that is cut into lines.
        """
        places, trials = np.flatnonzero(marked), self.index.trials
        of_each = self.screener.weigher.each(marked)
        words = np.full(len(places) + trials, len(self._quoted) - 1)
        at = np.arange(len(places)) + np.repeat(np.arange(trials), of_each)
        words[at] = self.index.criterion_ids[places]
        starts = np.cumsum(of_each) - of_each
        words[at[starts[of_each > 0]]] += len(self._quoted) // 2  # nothing stands before the first
        text: bytes = self._quoted[words].tobytes()
        return text.translate(None, b"\0").decode().split("\n")[:-1]

    def lines(self, screening: IndexScreening, chosen: Places, terminal: Terminal) -> Iterator[str]:
        """A line a trial, the nearest to eligible first."""
        verdicts = screening.verdicts()
        blocks = self._shown(blocking(screening), screening, "blocks")
        opens = self._shown(undecided(screening), screening, "open")
        names = self.index.names.all()

        bare = self.index.states_none.tolist()

        def key(number: int) -> tuple[int, bool, int, str]:
            found = {"INELIGIBLE": blocks, "UNDETERMINED": opens}.get(verdicts[number])
            return RANK.index(verdicts[number]), bare[number], len(found[number]) if found else 0, names[number]

        order = sorted(chosen.tolist(), key=key)
        room = max((len(names[number]) for number in order), default=0)
        for number in order:
            verdict = verdicts[number]
            ids = blocks[number] if verdict == "INELIGIBLE" else opens[number]
            what = _listed("blocks" if verdict == "INELIGIBLE" else "open", ids)
            if bare[number]:
                what = NO_CRITERIA
            painted = terminal.paint(verdict, COLOUR[verdict], "bold") + " " * (VERDICT_COLUMNS - len(verdict))
            yield f"  {clean(names[number]):<{room}}  {painted}  {what or 'every criterion passes'}".rstrip()

    def _shown(self, marked: Flags, screening: IndexScreening, key: str) -> list[list[str]]:
        found = [ids.replace('"', "").split(_BETWEEN) if ids else [] for ids in self.ids(marked)]
        for number, trial in screening.by_hand.items():
            found[number] = list(trial.blocks if key == "blocks" else trial.open)
        return found


def _listed(what: str, ids: Collection[str]) -> str:
    if not ids:
        return ""
    shown, more = list(ids)[:_MOST_IDS], len(ids) - _MOST_IDS
    return f"{what}: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}"


def blocking(screening: IndexScreening) -> Flags:
    """The criteria that block and count for what their trial says of itself."""
    found: Flags = (screening.weights.criteria == 0) & screening.weights.counted
    return found


def undecided(screening: IndexScreening) -> Flags:
    """The criteria that are open and count."""
    found: Flags = (screening.weights.criteria == 1) & screening.weights.counted
    return found


def counts_of(screening: IndexScreening, index: OpenedIndex) -> dict[str, int]:
    """How many trials there are of each verdict."""
    of_each = np.bincount(screening.values(), minlength=len(VERDICTS)).tolist()
    words = ("eligible", "undetermined", "ineligible")
    counts = {word: of_each[VERDICTS.index(word.upper())] for word in words} | {"near": 0}
    bare = int(np.count_nonzero(index.states_none))
    return counts | ({"no_criteria": bare} if bare else {})


def notes_of(index: OpenedIndex, number: int) -> tuple[str, ...]:
    """The notes of a trial's rules, with the word that there are no criteria before them."""
    return ((NO_CRITERIA,) if index.states_none[number] else ()) + index.notes[number]
