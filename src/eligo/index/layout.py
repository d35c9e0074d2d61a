"""A builder in, the arrays of the file out: tests of one subject lie together, joins of one level.

Final numbers are those of tests, then those of joins; a *literal* is twice the number, and one more where it is denied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from eligo.index.arrays import Bytes, Flags, Whole, listed, packed, starts_of, whole, written
from eligo.index.build import DENIED, OF_JOIN, Builder, TrialRow
from eligo.index.entry import ATTESTED, EntryCriterion, TrialEntry, test_of
from eligo.index.kinds import MOST_LIMITS, OPS, AnswerKind, Bounds, kind_of

Arrays = dict[str, npt.NDArray[np.generic]]

NONE = 0xFFFFFFFF  # the literal of what is not there
NO_CRITERIA, UNSTATED = 1, 2  # flags of a trial
_NOTHING = frozenset[str]()
_PASSING = len(OPS)  # the place of the side on which everything is, for tests of one limit


class _Words:
    """Texts that many trials share, by number; 0 is the empty one."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"": 0}

    def number(self, text: str | None) -> int:
        return self.numbers.setdefault(text or "", len(self.numbers))

    def lists(self, lists: Iterable[Iterable[str]]) -> tuple[Whole, Whole]:
        return listed([[self.number(text) for text in one] for one in lists])


def kinds_of(builder: Builder, known: Mapping[int, AnswerKind]) -> list[AnswerKind]:
    """How each test is answered; `known` are those of tests that an older index has."""
    found = []
    for number, text in enumerate(builder.tests):
        kind = known.get(number)
        found.append(kind_of(test_of(text), text) if kind is None else kind)
    return found


def arrays_of(builder: Builder, kinds: Sequence[AnswerKind]) -> tuple[Arrays, list[str]]:
    """The arrays, and the names of the silent kinds in their order."""
    levels = builder.levels()
    tests, joins = builder.used()
    order = _order_of_tests(builder, kinds, tests)
    new_tests = np.full(len(builder.tests), NONE, np.uint32)
    new_tests[order] = np.arange(len(order), dtype=np.uint32)
    kept = [number for number, used in enumerate(joins) if used]
    all_joins = list(builder.joins)
    kept.sort(key=lambda number: (levels[number], all_joins[number][0] > 0))
    new_joins = np.full(len(joins), NONE, np.uint32)
    new_joins[kept] = len(order) + np.arange(len(kept), dtype=np.uint32)

    def literals(references: Whole) -> Whole:
        numbers = references >> 2
        of_join = (references & OF_JOIN) > 0
        final = np.empty_like(references)
        final[of_join], final[~of_join] = new_joins[numbers[of_join]], new_tests[numbers[~of_join]]
        found: Whole = (final << 1 | (references & DENIED)).astype(np.uint32)
        return found

    arrays = _tests(builder, kinds, order)
    silent = _silent(arrays, kinds, order)
    starts, parts = listed([all_joins[number][1:] for number in kept])
    arrays |= {"join_starts": starts, "join_parts": literals(parts)}
    arrays["join_counts"] = whole(all_joins[number][0] for number in kept)
    steps = [(levels[number], all_joins[number][0] > 0) for number in kept]
    arrays["steps"] = whole([i for i, step in enumerate(steps) if i == 0 or steps[i - 1] != step] + [len(steps)])
    arrays |= _trials(builder.rows, literals)
    return arrays, silent


def _order_of_tests(builder: Builder, kinds: Sequence[AnswerKind], used: Flags) -> Whole:
    """What is always met; what is held against limits, by its variable; the rest by its text; attestations."""

    def key(number: int) -> tuple[int, str, str]:
        held, text = kinds[number].held, builder.tests[number]
        if held is not None:
            return 1, held.variable, text
        return (3 if text.startswith(ATTESTED) else 2), "", text

    return whole([0, *sorted(np.flatnonzero(used)[1:].tolist(), key=key)])


def _tests(builder: Builder, kinds: Sequence[AnswerKind], order: Whole) -> Arrays:
    hash_by_number = {number: key for key, number in builder.hashes.items()}
    numbers: list[int] = order.tolist()
    texts = [builder.tests[number] for number in numbers]
    first = next((i for i, text in enumerate(texts) if text.startswith(ATTESTED)), len(texts))
    arrays: Arrays = {
        "test_hashes": np.array([hash_by_number[number] for number in numbers], np.uint64),
        "test_settled": np.array([kinds[number].settled for number in numbers], np.uint8),
        "attested": whole([first]),
    }
    arrays["text_starts"], arrays["texts"] = packed(texts[:first])
    own = [kinds[number] for number in numbers]
    arrays |= _held([kind.held for kind in own if kind.held is not None])
    arrays |= _looked_at("reading", [kind.reads if kind.held is None else _NOTHING for kind in own])
    return arrays | _looked_at("ruling", [kind.rulers if kind.held is None else _NOTHING for kind in own])


def _held(points: Sequence[Bounds]) -> Arrays:
    """The limits of the tests that a point decides, one after the other, and where those of each variable begin."""
    variables = Counter(one.variable for one in points)
    ops = [_filled(one.ops, _PASSING) for one in points]
    limits = [_filled(one.values, 0.0) for one in points]
    arrays: Arrays = {
        "held_ops": np.array(ops, np.uint8).reshape(-1, MOST_LIMITS),
        "held_limits": np.array(limits, np.float64).reshape(-1, MOST_LIMITS),
        "held_starts": starts_of(list(variables.values())),
    }
    return arrays | _texts("held_names", variables)


def _filled(values: tuple[float, ...], rest: float) -> tuple[float, ...]:
    return (*values, *[rest] * (MOST_LIMITS - len(values)))


def _looked_at(name: str, ids: Sequence[frozenset[str]]) -> Arrays:
    """By id the groups of tests that look at it; tests of a group look at the same ids. Group 0 looks at nothing."""
    groups: dict[frozenset[str], int] = {frozenset(): 0}
    group_of = whole(groups.setdefault(one, len(groups)) for one in ids)
    by_id: dict[str, list[int]] = {}
    for group, number in groups.items():
        for one in group:
            by_id.setdefault(one, []).append(number)
    names = sorted(by_id)
    starts, found = listed([by_id[one] for one in names])
    tests = np.argsort(group_of, kind="stable").astype(np.uint32)
    arrays: Arrays = {f"{name}_starts": starts, f"{name}_groups": found, f"{name}_tests": tests}
    arrays[f"{name}_test_starts"] = starts_of(np.bincount(group_of, minlength=len(groups)))
    return arrays | _texts(f"{name}_ids", names)


def _silent(arrays: Arrays, kinds: Sequence[AnswerKind], order: Whole) -> list[str]:
    """Number the silent kinds; the first test of each stands for it."""
    numbers: dict[str, int] = {}
    first: list[int] = []
    of_test = []
    for place, number in enumerate(order.tolist()):
        name = kinds[number].silent
        if name not in numbers:
            numbers[name] = len(numbers)
            first.append(place)
        of_test.append(numbers[name])
    arrays["silent_kinds"], arrays["silent_tests"] = whole(of_test), whole(first)
    return list(numbers)


def _trials(rows: Sequence[TrialRow], literals: Callable[[Whole], Whole]) -> Arrays:
    entries, words = [row.entry for row in rows], _Words()
    arrays = _criteria([criterion for entry in entries for criterion in entry.criteria], words)
    starts, references = listed([row.criteria for row in rows])
    part_starts, parts = listed([row.parts for row in rows])
    arrays |= {"criterion_starts": starts, "criteria": literals(references)}
    arrays |= {"part_starts": part_starts, "parts": literals(parts)}
    arrays |= {
        "trial_drafts": whole(sum(one.is_draft for one in e.criteria) for e in entries),
        "trial_flags": np.array([_flags(e) for e in entries], np.uint8),
        "trial_sha256": _hex([e.sha256 for e in entries], 32),
        "file_sizes": np.array([row.file.size for row in rows], np.int64),
        "file_changed": np.array([row.file.changed for row in rows], np.int64),
    }
    arrays |= _texts("trial_names", [e.trial for e in entries])
    arrays |= _texts("trial_titles", [e.title for e in entries])
    arrays |= _texts("file_paths", [row.file.path for row in rows])
    return arrays | _words_of(entries, words) | _texts("words", words.numbers)


def _criteria(criteria: Sequence[EntryCriterion], words: _Words) -> Arrays:
    return {
        "criterion_arms": _small(whole(one.arm for one in criteria)),
        "criterion_ids": _small(whole(words.number(one.id) for one in criteria)),
        "criterion_texts": _hex([one.text_sha for one in criteria], 6),
        "criterion_denied": np.packbits(np.array([one.is_exclusion for one in criteria], np.bool_)),
    }


def _words_of(entries: Sequence[TrialEntry], words: _Words) -> Arrays:
    """Of each trial its arms (id and label by turns), notes, conditions, and how the registry lists it."""
    lists: dict[str, list[Sequence[str]]] = {
        "arms": [[text for arm in e.arms for text in arm] for e in entries],
        "notes": [e.notes for e in entries],
        "conditions": [e.conditions for e in entries],
        "statuses": [[e.listing[0]] if e.listing[0] else [] for e in entries],
        "phases": [e.listing[1] for e in entries],
        "countries": [e.listing[2] for e in entries],
        "age_groups": [e.listing[3] for e in entries],
    }
    arrays: Arrays = {}
    for name, found in lists.items():
        arrays[f"{name}_starts"], arrays[name] = words.lists(found)
    return arrays


def _flags(entry: TrialEntry) -> int:
    return NO_CRITERIA * entry.states_no_criteria + UNSTATED * entry.unstated


def _small(numbers: Whole) -> npt.NDArray[np.generic]:
    """Numbers in as few bytes as they take."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


def _texts(name: str, texts: Iterable[str]) -> Arrays:
    starts, data = written(texts)
    return {f"{name}_starts": starts, name: data}


def _hex(texts: Sequence[str], size: int) -> Bytes:
    return np.frombuffer(bytes.fromhex("".join(texts)), np.uint8).reshape(-1, size)
