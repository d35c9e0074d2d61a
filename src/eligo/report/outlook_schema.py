"""What comes after a trial's verdict, as scripts read it: pydantic models of a trial's `outlook`.

What to ask next, the smallest changes after which nothing blocks, what the verdict hangs on, and until when it holds.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from eligo.criteria import Relation
from eligo.report.form import Date, Id, IntervalJson, LimitJson, Reason, StrictJson, Truth, Value, Verdict

Settles = Literal["certain", "may", "no"]


class SaysJson(StrictJson):
    """What a record would say of a thing: what is so, on which side of a day, and what narrows it."""

    what: str = Field(description="present, ruled out, in the past, last ...; of a choice the word itself")
    kinds: list[str] = Field([])
    side: Literal["after", "on", "before"] | None = None
    day: Date | None = None
    since: Date | None = Field(None, description="of what was before `day`: after this one")


class AnswerJson(StrictJson):
    """One answer to a question, and what the trial's verdict would be with it."""

    answer: str = Field(description="a range in the canonical unit; of a fact: present, ruled out ...")
    unit: str | None = Field(None, description="UCUM; left out where there is none")
    answer_written: str | None = Field(None, description="the range in the unit of the protocol, where that is another")
    unit_written: str | None = None
    says: SaysJson | None = Field(None, description="the parts of what is said of a fact or a choice")
    limits: list[LimitJson] | None = Field(None, description="the bounds of a value; none where any will do")
    limits_written: list[LimitJson] | None = Field(None, description="the same in the unit of the protocol")
    verdict: Verdict
    but_for_attestations: Verdict = Field(description="if the open attestations of the trial turn out well")
    blocks: list[Id] = Field([], description="criteria that would block")


class QuestionJson(StrictJson):
    """A measurement or a fact that is open: who asks for it, and what each answer would do."""

    kind: Literal["measurement", "fact"]
    variable: str | None = Field(None, description="id of the variable, `age` for the birth date, or `sex`")
    concept: str | None = Field(None, description="id of the concept")
    why: Reason = Field(description="why it is open")
    stated: list[str] | None = Field(
        None, description="of what the record states: the kinds of it that alone are open, such as severe"
    )
    criteria: list[Id] = Field([], description="open criteria that ask for it")
    settles: Settles = Field(description="whether it alone settles the trial's verdict")
    settles_but_for_attestations: Settles
    answers: list[AnswerJson] = Field([])


class AttestationJson(StrictJson):
    """What only a person can state, and who asks for it."""

    concept: str
    criteria: list[Id] = Field([])


class ChangeJson(StrictJson):
    """One thing that would have to be otherwise."""

    variable: str | None = None
    concept: str | None = None
    now: Value | None = None
    interval: IntervalJson | None = Field(None, description="the ends of `now`, where it is no single number")
    unit: str | None = None
    to: str
    to_says: list[SaysJson] | None = Field(None, description="the parts of each thing that `to` allows")
    to_limits: list[list[LimitJson]] | None = Field(None, description="the bounds of each value that `to` allows")
    fixed: bool = Field(description="whether nobody can change it")
    why_fixed: Literal["age", "sex", "history"] | None = None


class ChangeSet(StrictJson):
    """Changes after which together nothing blocks."""

    fixed: bool = Field(description="whether one of them is")
    changes: list[ChangeJson]


class Changes(StrictJson):
    """The smallest sets of changes after which nothing blocks; those that are possible first, then by size."""

    sets: list[ChangeSet] = Field([])
    then_open: list[Id] = Field([], description="criteria that are open besides")
    complete: bool = Field(description="false: the search stopped at its limit, and larger sets may exist")


class DoubtJson(StrictJson):
    """One doubtful thing that the verdict hangs on."""

    cause: Literal["same_day", "default_limit", "assumed_absent", "assumed_link"]
    variable: str | None = None
    concept: str | None = None
    related: Relation | None = Field(None, description="how the concept is taken to belong to the one of `to`")
    to: str | None = None
    value: Value | None = Field(None, description="the other value of that day, or the limit of normal that counted")
    interval: IntervalJson | None = Field(None, description="the ends of that value, where it is no single number")
    unit: str | None = None
    date: Date | None = None
    which: Literal["ULN", "LLN"] | None = None
    beyond: str | None = Field(None, description="a limit of normal out here would turn the verdict")
    beyond_limits: list[LimitJson] | None = Field(None, description="the same as data")
    assumed: str | None = None
    otherwise: str | None = Field(None, alias="if", description="what the record would say of the concept")
    verdict: Verdict = Field(description="what the verdict would be")


class Cause(StrictJson):
    """A criterion whose answer ends with time."""

    id: Id
    cause: Literal["stale", "answer", "window", "birthday", "date"]
    variable: str | None = None
    concept: str | None = None
    truth: Truth


class ExpiryJson(StrictJson):
    """Until when the verdict holds, if nothing is added to the record."""

    until: Date | None = Field(None, description="the last day; left out or null: it holds through `horizon`")
    then: Verdict | None = Field(None, description="the verdict on the next day")
    horizon: Date
    causes: list[Cause] = Field([])


class Settling(StrictJson):
    """How many verdicts a question settles, counted over trials (and in a list over patients)."""

    certain: int = Field(description="whatever the answer")
    may: int = Field(description="by some answer")


class Ranked(StrictJson):
    """A question, and what it could settle."""

    kind: Literal["measurement", "fact"]
    variable: str | None = Field(None, description="id of the variable, `age` for the birth date, or `sex`")
    concept: str | None = Field(None, description="id of the concept")
    settles: Settling
    settles_but_for_attestations: Settling = Field(description="if the open attestations turn out well")


class AskedJson(Ranked):
    """A question about one patient, over all trials."""

    why: Reason
    trials: list[str] = Field(description="those whose verdict it may settle, attestations apart")


class Outlook(StrictJson):
    """What comes after the verdict."""

    next: list[QuestionJson] = Field([], description="what to ask next, the best first; of undetermined trials")
    attest: list[AttestationJson] = Field([])
    read: list[Id] = Field(
        [], description="open criteria for a person: not understood, or a link that no record states"
    )
    changes: Changes | None = Field(None, description="of ineligible trials")
    sensitivity: list[DoubtJson] = Field([])
    expiry: ExpiryJson | None = None
