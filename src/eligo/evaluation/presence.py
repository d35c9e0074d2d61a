"""A concept that a criterion asks for in, a test of it out: what facts, exclusions, grades and silence of a record say.

The world is open: a concept that is not mentioned is UNKNOWN, unless the record rules it out or says that the list is
complete, or the caller assumes so. Facts vote: one of any kind of the concept can affirm, only one of itself can deny.
A list is silent on a concept only where nothing on it may be that concept, and no value is a sign of it.
A denial speaks of today, and of the past only where it says so.

A grade of 1 or more affirms as well, unless a complete list that lacks the concept contradicts it: a record without
the grade would deny it. For the same reason the grade is open then too (`derive`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from eligo.criteria import Present
from eligo.dataclass import dataclass, replace
from eligo.evaluation.chart import CONFLICT, Basis, Chart, Outcome, Ruled
from eligo.evaluation.kinds import Exceptions
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.evaluation.votes import NO, OUTLASTED, SUSPECTED, WHICH_KIND, YES, Vote, Voting, voting
from eligo.evaluation.window import ended
from eligo.patients.model import Fact, Result
from eligo.truth import Reason
from eligo.vocabulary.concept import ConceptKind
from eligo.vocabulary.concepts import concepts, is_outside
from eligo.vocabulary.relations import LeftOpen, Sign, relations

LIST_OF_KIND = {
    "condition": "conditions",
    "state": "conditions",
    "procedure": "procedures",
    "medication": "medications",
}
# A record may have a state among its procedures too, as a stay in hospital: of what was lost there it may be one.
_BESIDE = {"state": "procedures"}
# Of a thing of which nothing but its name is known: a list may have it under another one, and is never complete for it.
_NO_LIST = frozenset({"names"})
# The details of an answer that something in the record leaves open.
BROADER_ONLY, MAY_BE = "broader_only", "may_be"

_NOT_STATED: Outcome = (UNKNOWN, Reason.NOT_STATED, None, ())
_PART_UNKNOWN: Outcome = (UNKNOWN, Reason.NOT_STATED, "list_in_part", ())
_NAME_ONLY: Outcome = (UNKNOWN, Reason.NOT_STATED, "name_only", ())
_LIST_COMPLETE: Outcome = (NOT_MET, None, "list_complete", ())
_OTHER_SEX: Outcome = (NOT_MET, None, "sex", ())


@dataclass(frozen=True, slots=True)
class Presence:
    """The test of one `Present` leaf.

    `family` are the concept and its kinds, `broader` what it is a kind of, `lists` where the family would be listed,
    `beside` where it may be as well, `open_to` what else in a record may be it or be a sign of it, `signs` those values
    that count for what is asked, `sex` the only sex that can have it, `grades` the ordinals of the family, `own_grades`
    those of the concept and the broader ones. `rules` are the outcomes by what is ruled out, `voting` says what a fact
    of it says.
    """

    test: Present
    concept: str
    family: frozenset[str]
    broader: frozenset[str]
    lists: frozenset[str]
    beside: frozenset[str]
    open_to: LeftOpen
    signs: tuple[Sign, ...]
    sex: str | None
    grades: tuple[str, ...]
    own_grades: tuple[str, ...]
    rules: Mapping[str, Outcome]
    voting: Voting

    @property
    def line(self) -> frozenset[str]:
        """The concepts whose absence rules this one out: itself and the broader ones."""
        return self.broader | {self.concept}

    @property
    def reads(self) -> frozenset[str]:
        """The ids of everything that this test looks at."""
        left_open = self.open_to.entries | {sign.variable for sign in self.open_to.signs}
        beyond = relations().sorts(self.concept) | concepts().above(self.concept)  # see `Relations.reach`
        own = self.family | self.broader | {*self.grades, *self.own_grades}
        return own | left_open | beyond | self.voting.reads

    def __call__(self, chart: Chart) -> Outcome:
        """Answer for one patient."""
        facts = chart.of_kind(self.concept) if chart.facts else ()
        graded = self._graded(chart) if self.grades else None
        if not facts and graded is None:
            return self._ruled_out(chart) or self._silent(chart)
        met: list[Fact] = []
        unsure: list[tuple[Fact | Result, Vote]] = []
        denied: list[Fact] = []
        if graded is not None and self.voting.exceptions is not None:  # a grade does not say of which kind it is
            unsure.append((graded, WHICH_KIND))
            graded = None
        for fact in facts:
            vote = self.voting.vote(fact, chart)
            if vote is YES:
                met.append(fact)
            elif vote is NO:
                if fact.concept == self.concept:
                    denied.append(fact)
            elif vote is not None:
                unsure.append((fact, vote))
        rule = self._ruled_out(chart)
        if graded is not None:
            return self._affirmed_by(graded, chart, met, denied, rule)
        if len(met) >= self.test.count:
            return _affirmed(met, denied, None, rule, chart.as_of)
        return self._not_affirmed(chart, met, unsure, denied, rule)

    def _affirmed_by(
        self, grade: Result, chart: Chart, met: list[Fact], denied: list[Fact], rule: Outcome | None
    ) -> Outcome:
        """The answer where a grade says that the concept is there, which a list without it may contradict."""
        if not met and rule is None:
            rule = self._unlisted(chart)
        return _affirmed(met, denied, grade, rule, chart.as_of)

    def _not_affirmed(
        self,
        chart: Chart,
        met: list[Fact],
        unsure: list[tuple[Fact | Result, Vote]],
        denied: list[Fact],
        rule: Outcome | None,
    ) -> Outcome:
        """Weigh the facts that leave the leaf open, those against it, and what rules it out; too few are for it."""
        if unsure and len(met) + len(unsure) >= self.test.count:
            if not rule or any(vote not in (SUSPECTED, OUTLASTED) for _, vote in unsure):
                first = unsure[0][1]
                return UNKNOWN, first.reason, first.detail, tuple([fact for fact, _ in unsure])
        elif denied and not met:
            return self._denied(chart, denied, rule)
        return rule if rule and not met else self._silent(chart)

    def _denied(self, chart: Chart, denied: list[Fact], rule: Outcome | None) -> Outcome:
        """The answer where all facts are against the leaf."""
        # That it ended does not tell what another entry of today is; that it is refuted does.
        settled = rule is not None or any(fact.status == "refuted" for fact in denied)
        return (None if settled else self._left_open(chart)) or (NOT_MET, None, None, tuple(denied))

    def _silent(self, chart: Chart) -> Outcome:
        """The answer where no fact decides: what may be it keeps it open, else a complete list closes it."""
        left = self._left_open(chart)
        if left is not None:
            return left
        if self.lists is _NO_LIST:
            return _NAME_ONLY
        in_part = chart.patient.in_part
        if in_part and not in_part.isdisjoint(self.beside):
            return _PART_UNKNOWN
        if self.lists <= chart.complete:
            return _LIST_COMPLETE
        if self.lists <= chart.complete | chart.assumed and not self.lists.isdisjoint(chart.assumed):
            return NOT_MET, None, "assumed_by_caller", ()
        return _NOT_STATED if self.lists.isdisjoint(in_part) else _PART_UNKNOWN

    def _unlisted(self, chart: Chart) -> Outcome | None:
        """What a list that the record calls complete says of what a grade alone tells of: that it is not there.

        What the caller assumes is no word of the record, and a list on which something may be it says nothing.
        """
        whole = self.lists <= chart.complete and self.beside.isdisjoint(chart.patient.in_part)
        return _LIST_COMPLETE if whole and self._left_open(chart) is None else None

    def leaves_open(self, fact: Fact, chart: Chart) -> bool:
        """Whether a fact keeps the concept from being ruled out by silence."""
        if ":" in fact.concept and self._beyond(fact, chart):
            return True
        return fact.concept in self.open_to.entries and self._may_be(fact, chart)

    @property
    def may_be_graded(self) -> bool:
        """Whether a grade can answer the test."""
        return _may_be_graded(self.test, self.voting)

    def _left_open(self, chart: Chart) -> Outcome | None:
        """UNKNOWN with all that may be the concept, or that is a sign of it, in the time that is asked for."""
        entries, facts = self.open_to.entries, chart.facts
        found: list[Basis] = []
        for concept in chart.beyond:
            found += [fact for fact in facts[concept] if self._beyond(fact, chart)]
        if not entries.isdisjoint(facts):
            for concept in chart.listed:
                if concept in entries:
                    found += [fact for fact in facts[concept] if self._may_be(fact, chart)]
        for sign in self.signs:
            if sign.variable in chart.results:
                found += self._shown(sign, chart)
        for grade in self.grades:
            if grade in chart.results:
                found += self._unsure(grade, chart)
        if not found:
            return None
        return UNKNOWN, Reason.NOT_STATED, BROADER_ONLY if self._are_broader(found) else MAY_BE, tuple(found)

    def _are_broader(self, found: list[Basis]) -> bool:
        """Whether all that leaves the concept open are entries of what it is a kind of."""
        return all(isinstance(one, Fact) and one.concept in self.broader for one in found)

    def _may_be(self, fact: Fact, chart: Chart) -> bool:
        """Whether a fact that may be the concept is so at the time that is asked for, or counts by its status alone."""
        only = self.open_to.only.get(fact.concept)
        if only is not None:
            return fact.status in only
        if self._says_nothing_now(fact, chart):
            return False
        vote = self.voting.vote(fact, chart)
        return vote is not None and vote.truth is not NOT_MET

    def _beyond(self, fact: Fact, chart: Chart) -> bool:
        """The same of a fact that the vocabulary does not have; nobody knows what a procedure that is over has left."""
        statuses = relations().left_open_by(self.concept, fact.concept)
        if statuses is None or statuses:
            return statuses is not None and fact.status in statuses
        vote = self.voting.vote(fact, chart)
        return vote is not None and vote.truth is not NOT_MET

    def _says_nothing_now(self, fact: Fact, chart: Chart) -> bool:
        """Whether the fact is a procedure that is over, and left nothing that could be what is asked for now."""
        if not self.voting.now or fact.kind != "procedure" or "procedures" in self.lists:
            return False
        return fact.concept not in self.open_to.lasting and ended(fact, chart.as_of) is MET

    def _shown(self, sign: Sign, chart: Chart) -> list[Result]:
        """The results that are a sign of the concept: of those that can be the latest, or of the time asked for."""
        window = self.test.window
        if window is not None and window.looks_back:
            asked = replace(window, within=window.within or window.began, lasting=None, began=None)
            results = chart.every(sign.variable, asked)
        elif self.test.status == "history":
            results = chart.every(sign.variable, None)
        else:
            results = chart.recorded(sign.variable)
        return [r for r in results if r.problem is None and _beyond(r, sign)][:1]

    def _unsure(self, grade: str, chart: Chart) -> list[Result]:
        """The grades that decide nothing, but may be of 1 or more: too old, not understood, or a range from 0."""
        if not _may_be_graded(self.test, self.voting):
            return []
        results = chart.within(grade, self.test.window) if self.test.window else chart.recorded(grade)
        return [r for r in results if r.problem is not None or (r.high > 0 and not is_some(r))][:1]

    def _graded(self, chart: Chart) -> Result | None:
        """A grade of 1 or more of the concept or of a kind of it, which says that it is present."""
        test = self.test
        if not _may_be_graded(test, self.voting):
            return None
        for variable in self.grades:
            results = chart.within(variable, test.window) if test.window else chart.recorded(variable)
            if results and all(r.problem is None and is_some(r) for r in results):
                return results[0]
        return None

    def _ruled_out(self, chart: Chart) -> Outcome | None:
        """What rules the concept out: its absence or that of a broader concept, the patient's sex, a grade of 0."""
        absent = self.voting.denied(chart)
        if absent:
            if self.concept in absent:
                return self.rules[self.concept]
            if not self.broader.isdisjoint(absent):
                return self.rules[min(self.broader & absent)]
        if self.sex is not None and chart.sex is not None and chart.sex != self.sex:
            return _OTHER_SEX
        if self.own_grades and self.test.status in ("active", "now", "suspected") and self.test.window is None:
            for variable in self.own_grades:
                results = chart.recorded(variable)
                if results and all(r.problem is None and r.high == 0 for r in results):
                    return NOT_MET, None, "ruled_out", (results[0],)
        return None


def is_some(grade: Result) -> bool:
    """Whether a grade, which may be a side of one (`> 0`), is not 0."""
    return grade.low > 0 or (grade.low == 0 and not grade.low_closed)


def _beginning(test: Present) -> bool:
    """Whether it is asked when it began, of which a grade says nothing."""
    return test.window is not None and test.window.began is not None


def _beyond(result: Result, sign: Sign) -> bool:
    """Whether a value can lie on the side of a limit that is a sign."""
    if sign.op[0] == "l":
        return result.low < sign.limit or (sign.op == "le" and result.low_closed and result.low == sign.limit)
    return result.high > sign.limit or (sign.op == "ge" and result.high_closed and result.high == sign.limit)


def _affirmed(met: list[Fact], denied: list[Fact], graded: Result | None, rule: Outcome | None, as_of: date) -> Outcome:
    """MET, unless the record also says the opposite; what is over does not contradict that it is absent now."""
    basis: tuple[Basis, ...] = (*met, graded) if graded else tuple(met)
    if not rule and not denied:
        return MET, None, None, basis
    if rule and (graded or any(f.kind == "procedure" or ended(f, as_of) is not MET for f in met)):
        return UNKNOWN, Reason.NOT_STATED, CONFLICT, (*basis, *rule[3])
    against = denied if not met else [f for f in denied if f.status == "refuted" and f.end is not None]
    if against and all(f.kind != "procedure" for f in met):
        return UNKNOWN, Reason.NOT_STATED, CONFLICT, (*basis, *against)
    return MET, None, None, basis


def presence(test: Present) -> Presence:
    """Make the test of a leaf; the concept is known to the vocabulary."""
    known = concepts()
    family, kinds = known.descendants(test.concept), known.kinds(test.concept)
    line = known.ancestors(test.concept) | known.ancestors(test.head or "")
    votes, open_to, graded = voting(test), relations().open_to(test.concept), known.grades(family)
    return Presence(
        test,
        test.concept,
        family,
        line - {test.concept},
        _NO_LIST
        if is_outside(test.concept) and relations().is_unclassified(test.concept)
        else _lists(kinds, LIST_OF_KIND),
        _lists(kinds, _BESIDE),
        open_to,
        open_to.signs if test.status != "planned" else (),
        next((concept.sex for id_ in sorted(line) if (concept := known.get(id_)) and concept.sex), None),
        tuple(v for v in _variables(graded) if not _all_excepted(v, graded, votes.exceptions)),
        _variables(known.grades(line)),
        {concept: (NOT_MET, None, "ruled_out", (Ruled(concept),)) for concept in line},
        votes,
    )


def _lists(kinds: frozenset[ConceptKind | None], by_kind: Mapping[str, str]) -> frozenset[str]:
    """The lists of these kinds."""
    return frozenset(found for kind in kinds if (found := by_kind.get(kind or "")))


def _may_be_graded(test: Present, votes: Voting) -> bool:
    """Whether a grade can answer a leaf: not one of a plan, a second time, a qualifier, another day or a beginning."""
    plain = test.status != "planned" and test.count == 1 and not test.qualifier
    return plain and votes.anchor is None and not _beginning(test)


def _all_excepted(grade: str, graded: Mapping[str, str], excepted: Exceptions | None) -> bool:
    """Whether a grade is one of kinds alone that do not count."""
    return excepted is not None and excepted.all_of(id_ for id_, variable in graded.items() if variable == grade)


def _variables(graded: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(set(graded.values())))
