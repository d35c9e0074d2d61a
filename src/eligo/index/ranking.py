"""A screening of an index in, its trials in the order in which a person should look at them out.

First what the patient is eligible for, then what is undetermined, then what rules the patient out. Within each, trials
that state no criteria come last, and those about what the patient has come first; then by how much of what counts is
decided in favour, in tenths, by how few open criteria answers of one visit leave, and by how many are open. What a
record or a registry does not state puts no trial behind those of which it is known to be otherwise, and takes none out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from eligo.errors import EligoError, Problem, did_you_mean
from eligo.evaluation.chart import line_of
from eligo.index.arrays import Flags, Places, Truths, Whole
from eligo.index.brief import undecided
from eligo.index.kinds import Settled
from eligo.index.opened import OpenedIndex, Shared
from eligo.index.screened import IndexScreener, IndexScreening
from eligo.listing import listed_as
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Patient
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.relations import relations

# Whether a trial is about what the patient has, by its value: it is, it may be, nobody knows, it is about others.
FITS = ("others", "unknown", "may be", "theirs")
OTHERS, UNKNOWN, MAY_BE, THEIRS = range(4)
_NOT_NOW = frozenset({"refuted", "resolved", "planned"})
_OF_A_VISIT = (Settled.STATED, Settled.MEASURED, Settled.TOLD)


class RankedTrial(NamedTuple):
    """A trial by its number, with what it is ranked by: counts of criteria that pass, are open, and are settled."""

    number: int
    verdict: int
    fits: int
    passes: int
    open: int
    settled: int


class RankedTrials:
    """Trials in their order, the best first; `columns` are the parts of a `RankedTrial`."""

    def __init__(self, columns: npt.NDArray[np.int64]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return int(self.columns.shape[1])

    def __getitem__(self, places: slice) -> list[RankedTrial]:
        return [RankedTrial(*column) for column in self.columns[:, places].T.tolist()]

    def only(self, marked: Flags) -> RankedTrials:
        """Those of them that are marked."""
        return RankedTrials(self.columns[:, marked])

    @property
    def numbers(self) -> Places:
        """The numbers of the trials."""
        found: Places = self.columns[0]
        return found

    @property
    def verdicts(self) -> Places:
        """Their verdicts: places in `VERDICTS`."""
        found: Places = self.columns[1]
        return found


class TrialFilter(NamedTuple):
    """What is asked of a trial's listing: words, one of which it must have where it states any."""

    statuses: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()
    age_groups: frozenset[str] = frozenset()


def wanted(index: OpenedIndex, asked: Mapping[str, Iterable[str]]) -> TrialFilter:
    """The filter that words of a caller mean; raise `EligoError` for a word that no trial of the index has."""
    problems = list[Problem]()
    found = {
        name: frozenset(_word(word, _words_of(index, getattr(index, name)), name, problems) for word in words)
        for name, words in asked.items()
    }
    if problems:
        raise EligoError(problems)
    return TrialFilter(**found)


def _words_of(index: OpenedIndex, shared: Shared) -> dict[str, str]:
    """All words of a field in an index, each by how it may be written."""
    words = [index.words[number] for number in np.unique(shared.numbers).tolist()]
    return {key: word for word in words for key in (word.casefold(), listed_as(word).casefold())}


def _word(word: str, known: Mapping[str, str], name: str, problems: list[Problem]) -> str:
    found = known.get(word.strip().casefold()) or known.get(listed_as(word).casefold())
    if found is None and name == "phases":
        found = known.get(f"phase{word.strip().casefold()}")
    if found is not None:
        return found
    words = sorted(set(known.values()))
    help_text = did_you_mean(word, words) or f"there are {', '.join(words) or 'none'}"
    what = {"statuses": "status", "countries": "country", "phases": "phase", "age_groups": "age group"}[name]
    problems.append(Problem("unknown-filter", f"no trial of the index has the {what} `{word}`", help=help_text))
    return word


class Ranking:
    """The trials of an index, ready to be ranked for one patient after the other."""

    def __init__(self, screener: IndexScreener, only: TrialFilter = TrialFilter()) -> None:  # noqa: B008 - frozen
        self.screener, self.index = screener, screener.index
        self.kept = np.ones(self.index.trials, np.bool_)
        for name, words in only._asdict().items():
            if words:
                self.kept &= self._states(getattr(self.index, name), words)
        self._of_visit = np.isin(self.index.settled, [int(one) for one in _OF_A_VISIT])

    def _states(self, shared: Shared, words: frozenset[str]) -> Flags:
        """Of each trial, whether its list has one of the words, or none at all."""
        numbers = [number for number in np.unique(shared.numbers).tolist() if self.index.words[number] in words]
        return _of_lists(np.isin(shared.numbers, numbers).astype(np.int8), shared.starts, 1) > 0

    def rank(self, screening: IndexScreening, patient: Patient) -> RankedTrials:
        """The trials that are kept, the best first."""
        weigher, weights = self.screener.weigher, screening.weights
        opens = undecided(screening)
        settled = weigher.each(opens & (self._at_best(screening.truths) == 2))
        passes = weigher.each((weights.criteria == 2) & weights.counted)
        left = weigher.each(opens)
        for number, trial in screening.by_hand.items():
            passes[number] = sum(finding.bearing == "passes" for finding in trial.findings)
            left[number] = len(trial.open)
        settled = np.minimum(settled, left)
        verdicts, fits = screening.values(), self._fits(patient)
        tenths = 10 * passes // np.maximum(passes + left, 1)
        chosen = np.flatnonzero(self.kept)
        # The last key is the first to sort by; of equal trials the order of the index stays.
        bare = self.index.states_none
        keys = (left, left - settled, -tenths, -fits.astype(np.int64), bare, -verdicts.astype(np.int64))
        order = chosen[np.lexsort([key[chosen] for key in keys])]
        return RankedTrials(np.stack([order, *(one[order] for one in (verdicts, fits, passes, left, settled))]))

    def _at_best(self, truths: Truths) -> Truths:
        """The criteria where whatever one visit can settle turns out well."""
        values = self.screener.weigher.best(truths, (truths == 1) & self._of_visit)
        found: Truths = values[self.index.criteria]
        return found

    def _fits(self, patient: Patient) -> Truths:
        """Of each trial, whether it is about what the patient has: a place in `FITS`."""
        shared = self.index.conditions
        numbers = np.unique(shared.numbers)
        has = [
            concept
            for concept, facts in patient.facts.items()
            if any(fact.status not in _NOT_NOW and fact.end is None for fact in facts)
        ]
        own = {one for concept in has for one in line_of(concept)}
        of_word = np.zeros(len(self.index.words), np.int8)
        for number in numbers.tolist():
            of_word[number] = _fit(self.index.words[number], frozenset(has), own)
        return _of_lists(of_word[shared.numbers], shared.starts, UNKNOWN)


def _fit(condition: str, has: frozenset[str], own: set[str]) -> int:
    """Whether a patient who has these things, and with them all that they are kinds of, has a condition."""
    known = concepts().get(condition)
    if known is None:
        return UNKNOWN
    if known.id in own:
        return THEIRS
    broader = concepts().ancestors(known.id)
    near = relations().open_to(known.id).entries
    return MAY_BE if not has.isdisjoint(broader) or not has.isdisjoint(near) else OTHERS


def _of_lists(values: npt.NDArray[np.int8], starts: Whole, empty: int) -> Truths:
    """The greatest value of each list."""
    found: Truths = np.full(len(starts) - 1, empty, np.int8)
    filled: Places = np.flatnonzero(starts[1:] > starts[:-1])
    if len(filled):
        found[filled] = np.maximum.reduceat(values, starts[filled])
    return found
