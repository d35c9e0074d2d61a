"""An index and one patient in, a page of ranked trials as data out, with the criteria in the protocol's words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from eligo.errors import EligoError, Place, Problem
from eligo.evaluation.chart import Policy
from eligo.files import read_bytes
from eligo.index.brief import notes_of, undecided
from eligo.index.freshness import stale
from eligo.index.ranking import FITS, RankedTrial, RankedTrials, Ranking, wanted
from eligo.index.screened import VERDICTS, IndexScreener, IndexScreening
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Patient
from eligo.screening import Rules, load_rules, screen


class FoundTrials(NamedTuple):
    """What was found for a patient: the trials in their order, and what is said of all of them."""

    patient: Patient
    screening: IndexScreening
    ranked: RankedTrials
    whole: dict[str, Any]
    verdicts: tuple[str, ...]


class FoundPage(NamedTuple):
    """Some of the trials as JSON data, and what keeps their words from being told."""

    trials: list[dict[str, Any]]
    problems: tuple[Problem, ...]


class Finder:
    """An index, ready to be asked for the trials of one patient after the other.

    `asked` are words of the listing by `statuses`, `countries`, `phases` and `age_groups`.
    """

    def __init__(self, path: Path, policy: Policy, asked: Mapping[str, Iterable[str]]) -> None:
        self.screener = IndexScreener(path, policy)
        self.index = self.screener.index
        self.ranking = Ranking(self.screener, wanted(self.index, asked))
        self.warnings = stale(self.index)

    def find(self, patient: Patient, with_ineligible: bool) -> FoundTrials:
        """The trials for a patient, the best first."""
        screening = self.screener.screen(patient)
        ranked = self.ranking.rank(screening, patient)
        of_each = np.bincount(ranked.verdicts, minlength=len(VERDICTS)).tolist()
        words = ("eligible", "undetermined", "ineligible")
        counts = {word: of_each[VERDICTS.index(word.upper())] for word in words}
        whole = {
            "patient": screening.patient,
            "as_of": screening.as_of.isoformat(),
            "sex": screening.sex,
            "age": screening.age,
            "counts": counts | {"filtered_out": self.index.trials - len(ranked)},
        }
        stated = ranked.only(~self.index.states_none[ranked.numbers])
        counting = np.unique((stated if len(stated) else ranked).verdicts).tolist()
        shown = ranked if with_ineligible else ranked.only(ranked.verdicts != VERDICTS.index("INELIGIBLE"))
        return FoundTrials(patient, screening, shown, whole, tuple([VERDICTS[verdict] for verdict in counting]))

    def rows(self, found: FoundTrials, begin: int, end: int, why: bool) -> FoundPage:
        """Some of the trials; with `why`, each with its criteria by what they do."""
        chosen = found.ranked[begin:end]
        rows = [self._row(found.screening, one, begin + place) for place, one in enumerate(chosen, 1)]
        problems = list[Problem]()
        if why:
            for row, one in zip(rows, chosen, strict=True):
                try:
                    row["why"] = self._why(found.patient, one)
                except EligoError as error:
                    problems += error.problems
        return FoundPage(rows, tuple(problems))

    def _row(self, screening: IndexScreening, one: RankedTrial, rank: int) -> dict[str, Any]:
        index, number = self.index, one.number
        statuses = index.statuses[number]
        by_hand = screening.by_hand.get(number)
        begin, end = self.screener.places(number)
        ids = index.criterion_ids_of(number)
        flags = undecided(screening)[begin:end].tolist()
        opens = [id_ for id_, is_open in zip(ids, flags, strict=True) if is_open]
        notes = notes_of(index, number)
        return {
            "rank": rank,
            "trial": index.names[number],
            "title": index.titles[number],
            "verdict": VERDICTS[one.verdict],
            "listing": {
                "status": statuses[0] if statuses else None,
                "phases": list(index.phases[number]),
                "countries": list(index.countries[number]),
                "age_groups": list(index.age_groups[number]),
            },
            "conditions": list(index.conditions[number]),
            "fits": FITS[one.fits],
            "passes": one.passes,
            "open": list(by_hand.open) if by_hand is not None else opens,
            "settled_by_a_visit": one.settled,
            **({"drafts": int(index.drafts[number])} if index.drafts[number] else {}),
            **({"notes": list(notes)} if notes else {}),
        }

    def _why(self, patient: Patient, one: RankedTrial) -> dict[str, Any]:
        """The criteria of a trial by what they do, in the words of its rule set; raise `EligoError` without that."""
        trial, path = self.index.names[one.number], self.index.paths[one.number]
        rules = self._rules(one.number, trial, path)
        (screened,) = screen(patient, rules, self.screener.policy).trials
        if screened.verdict.value != VERDICTS[one.verdict]:
            message = f"index and rules do not agree on `{trial}`: do not rely on the index"
            help_text = "report it, and use `eligo screen --rules`"
            raise EligoError(Problem("index-differs", message, Place(path), help_text))
        said: dict[str, Any] = {"blocks": [], "open": [], "passes": []}
        for finding in screened.findings:
            row: dict[str, Any] = {"id": finding.criterion.id, "text": finding.criterion.text}
            if finding.criterion.cohort is not None:
                row["cohort"] = finding.criterion.cohort
            if finding.reasons:
                row["reasons"] = [reason.value for reason in finding.reasons]
            said[finding.bearing.value].append(row)
        return said

    def _rules(self, number: int, trial: str, path: str) -> Rules:
        """The rule set of a trial as it was when the index was made."""
        place = Place(path)
        help_text = "bring the index up to date: `eligo index RULES... -o FILE`"
        data = read_bytes(path, regular=True)
        if hashlib.sha256(data).digest() != self.index.sha256[number].tobytes():
            message = f"the rule set of `{trial}` is another one than in the index, so its words are not shown"
            raise EligoError(Problem("index-rules", message, place, help_text, "warning"))
        rules = load_rules(path)
        if rules.problems:
            raise EligoError(rules.problems)
        return rules
