"""The screening as scripts read it: pydantic models of the JSON that `eligo screen --json` prints, and its JSON Schema.

The names are an interface: a change that could break a reader gives the schema a new number.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from eligo.criteria import Op, Relation, TimeUnit
from eligo.report.form import (
    AmountJson,
    Bearing,
    Date,
    IntervalJson,
    LimitJson,
    Number,
    Problems,
    Reason,
    Span,
    StrictJson,
    Truth,
    Value,
    Verdict,
)
from eligo.report.outlook_schema import AskedJson, Outlook

SCHEMA = "eligo.screening/1"
AGE = "days from its date (of a fact: its end, else its start); of a date known in part the most, of a fact the least"
Assumption = Literal["list_complete", "assumed_by_caller", "link_assumed", "default_range", "score_part"]


class Answered(StrictJson):
    """Who answered, and when."""

    by: str
    date: Date
    note: str | None = None


class LengthJson(StrictJson):
    """A length of time; with `op` a time that is compared with it."""

    value: Number
    unit: TimeUnit
    op: Op | None = None


class WindowJson(StrictJson):
    """When something must have been; each part that is given must hold."""

    within: LengthJson | None = None
    ago: LengthJson | None = None
    lasting: LengthJson | None = None
    began: LengthJson | None = None
    anchor: str | None = Field(None, description="the word or the concept that it counts from; else the screening")


class NormalJson(StrictJson):
    """What a limit is a multiple of, or lies above: an interval where it depends on what is not known."""

    of: str
    low: Number
    high: Number
    whose: Literal["report", "site", "default", "baseline", "record"]
    date: Date | None = None


class MeasuredJson(StrictJson):
    """A value: recorded, or worked out from something else in the record."""

    value: Value | None = None
    interval: IntervalJson | None = Field(None, description="the ends of a value that is no single number")
    unit: str | None = Field(None, description="UCUM; left out where there is none")
    date: Date | None = None
    age_days: int | None = Field(None, ge=0, description=AGE)
    written: str | None = Field(None, description="as the record has it, where that differs")
    reported: str | None = Field(None, description="what was converted: the value as the laboratory wrote it")
    digits: int | None = Field(None, description="how many digits that has, without zeros before the first")
    converted: str | None = Field(None, description="the conversion to the canonical unit")
    remark: str | None = Field(None, description="what the laboratory wrote beside it (hemolyzed, clumped)")
    unit_from: Literal["site"] | None = Field(None, description="whose unit that is, where the record has none")
    source: Literal["birth", "age", "concept", "computed", "limit"] | None = Field(
        None, description="what it was worked out from; `age` is an age that the record states"
    )
    of: str | None = Field(None, description="which limit of normal it is and whose, or of when the baseline is")
    paper: str | None = Field(None, description="where the formula of a computed value was published")
    assumed: str | None = Field(None, description="what was taken for granted: an absence and by whom, or a link")
    assumed_code: Assumption | None = Field(None, description="the same by its code")
    inputs: list[Input] | None = None
    missing: list[str] | None = Field(None, description="variables that it still needs")


class Input(MeasuredJson):
    """One thing that a value was worked out from: another value, a fact, or an exclusion."""

    variable: str | None = None
    concept: str | None = None
    status: str | None = None
    start: Date | None = None
    end: Date | None = None
    age_days: int | None = Field(None, ge=0, description=AGE)
    qualifiers: list[str] | None = None


class CodeJson(StrictJson):
    """A code of a terminology."""

    system: str = Field(description="its short name: snomed, icd10, mesh, drugbank")
    code: str


class EntryJson(StrictJson):
    """What the dictionary says of a concept that the vocabulary does not have."""

    name: str
    codes: list[CodeJson]


class FactJson(StrictJson):
    """One condition, procedure or medication of the record."""

    concept: str
    entry: EntryJson | None = Field(None, description="where it is one of the dictionary")
    status: str
    start: Date | None = None
    end: Date | None = None
    age_days: int | None = Field(None, ge=0, description=AGE)
    qualifiers: list[str] | None = None
    written: str | None = None


class Own(StrictJson):
    """A distance in the unit of the criterion."""

    value: Number
    unit: str = Field(description="as the rules have it; `x ULN`, `x LLN`, `x baseline` or `x` and a variable's id")


class ExceptedJson(StrictJson):
    """A kind of a concept that does not count."""

    concept: str = Field(description="id of the concept, or `study_condition`: what the trial is about")
    qualifier: str | None = None


class Side(MeasuredJson):
    """What a record says of one concept, as the sentence asks for it."""

    span: Span | None = None
    truth: Truth
    reason: Reason | None = None
    detail: str | None = None
    detail_code: str | None = Field(None, description="the same by its code, where it has one")
    variable: str | None = Field(None, description="id of the variable")
    concept: str | None = Field(None, description="id of the concept, or of what is to be attested")
    entry: EntryJson | None = Field(None, description="where the concept is one of the dictionary")
    status: str | None = Field(None, description="as asked for: active, now, history, suspected, planned")
    qualifier: str | None = None
    count: int | None = None
    window: str | None = None
    window_parts: WindowJson | None = Field(None, description="the same as data")
    but_not: list[ExceptedJson] | None = Field(None, description="the kinds of it that do not count")
    facts: list[FactJson] | None = None
    signs: list[Input] | None = Field(None, description="values for which silence does not rule it out")
    ruled_out_by: str | None = Field(None, description="the concept whose absence the record states")


class EvidenceJson(Side):
    """What one part of the sentence met in the record: a value, facts, a statement, or nothing."""

    decides: bool = Field(description="whether the criterion's truth rests on this part")
    condition: Truth | None = Field(None, description="whether the condition holds that this is a part of, for an `if`")
    name: str | None = Field(None, description="the protocol's words, where the vocabulary does not have them")
    limit: str | None = Field(None, description="in the canonical unit")
    limit_written: str | None = Field(None, description="as the rules have it, where that differs")
    limits: list[LimitJson] | None = Field(None, description="the limit as data: one side, or both of a range")
    limits_written: list[LimitJson] | None = Field(None, description="as the rules have them, where that differs")
    equivalent: LimitJson | None = Field(None, description="the same limit as the rules state it in another unit")
    values: list[Number | str] | None = Field(None, description="of a choice, the grades or words that it allows")
    at: str | None = Field(None, description="the concept on whose first day the age is meant")
    distance: Number | None = Field(
        None, description="value minus the limit that it fails, or else is nearest to; canonical unit"
    )
    distance_own: Own | None = Field(None, description="the same in the unit of the criterion, where that is another")
    distance_relative: Number | None = Field(None, description="the distance as a share of the limit")
    near: bool = Field(False, description="whether a criterion blocks by it, and by no more than the stated margin")
    margin: str | None = Field(None, description="that margin")
    margin_size: AmountJson | None = Field(None, description="the same as data; a share of the limit in percent")
    reference: str | None = Field(None, description="what a limit is a multiple of or lies above, and whose that is")
    normal: NormalJson | None = Field(None, description="the same as data, in the canonical unit")
    others: list[MeasuredJson] | None = Field(None, description="other results of the same day")
    clash: MeasuredJson | None = Field(
        None, description="a stated score's value by its own inputs, where it is another"
    )
    related: Relation | None = Field(None, description="how the two `parts` belong together by the sentence")
    parts: list[Side] | None = Field(None, description="what the record says of each of the two things that it links")
    note: str | None = Field(None, description="why a sentence restricts nothing")
    answered: list[Answered] | None = Field(None, description="the persons who answered this part")


class FindingJson(StrictJson):
    """One criterion and what came of it."""

    id: str
    kind: Literal["inclusion", "exclusion"]
    cohort: str | None
    text: str
    truth: Truth
    bearing: Bearing
    reasons: list[Reason]
    variables: list[str]
    concepts: list[str]
    evidence: list[EvidenceJson]
    assumed: list[Assumption] = Field([], description="what the truth rests on that neither record nor rules say")
    enough: list[int] = Field(
        [], description="places of the parts that block by themselves, where these are fewer than those that decide"
    )
    answered: list[Answered] = Field(
        [], description="the answers that it rests on, or that are at odds with the record"
    )


class Passes(StrictJson):
    """How many criteria pass."""

    count: int
    assumed: int = Field(description="how many of them rest on an assumption")
    answered: int = Field(0, description="how many of them rest on answers of persons")
    answered_by: list[str] = Field([], description="these persons")


class ArmJson(StrictJson):
    """One arm of a trial, with its own verdict."""

    id: str
    label: str
    verdict: Verdict
    blocks: list[str]
    open: list[str]
    near: bool = Field(False, description="whether nothing would block it if what is near its limit did not")


class TrialJson(StrictJson):
    """One trial: its verdict, and as many findings as it has criteria."""

    trial: str
    title: str
    rules_sha256: str | None
    verdict: Verdict
    blocks: list[str]
    open: list[str]
    passes: Passes
    near: bool = Field(
        False, description="whether nothing would block if what is near its limit did not; one of the arms is enough"
    )
    arms: list[ArmJson] = Field([])
    drafts: int = Field(default=0, description="how many of the criteria nobody has reviewed")
    notes: list[str] = Field([])
    criteria: list[FindingJson]
    outlook: Outlook | None = Field(None, description="what comes after the verdict, where it is asked for")


class Counts(StrictJson):
    """How many of the trials have each verdict; how many of the ineligible ones are near misses."""

    eligible: int
    undetermined: int
    ineligible: int
    near: int
    no_criteria: int = Field(0, description="how many of the undetermined trials state no criteria at all")


class ScreeningJson(StrictJson):
    """One patient against every trial."""

    model_config = ConfigDict(extra="forbid", strict=True, title=SCHEMA)

    schema_: Literal["eligo.screening/1"] = Field(alias="schema")
    patient: str
    as_of: Date
    sex: Literal["male", "female"] | None
    age: int | None = Field(description="completed years")
    counts: Counts
    next: list[AskedJson] | None = Field(
        None, description="what to find out next, over all trials, the most worth first"
    )
    trials: list[TrialJson]
    problems: Problems = None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a screening."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ScreeningJson.model_json_schema(by_alias=True)}
