"""The rule set file as pydantic models: what a person may write, strictly; unknown keys are refused.

A predicate is a tree of `all`, `any`, `not` and `at_least` with one flat mapping per leaf. The JSON Schema for
editors is made from here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from eligo.bounds import LARGEST, LONGEST_DAYS
from eligo.criteria import DAYS_IN, Normal, Op, Pick, Relation, Status, TimeUnit
from eligo.vocabulary.named import NamedKind, StatementKind

DURATION = r"^[0-9]+(\.[0-9]+)? (min|h|d|wk|mo|a)$"
BOUND = r"^(lt|le|gt|ge|eq) [0-9]+(\.[0-9]+)? (min|h|d|wk|mo|a)$"


def no_longer_than_life(text: str) -> str:
    """Refuse a length of time that no person lives, and that the calendar has no room for."""
    number, unit = text.rsplit(" ", 2)[-2:]
    if float(number) * DAYS_IN[cast(TimeUnit, unit)] > LONGEST_DAYS:
        raise PydanticCustomError("too_long", "this is longer than anybody lives")
    return text


Value = Annotated[int | float, Field(allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]
DurationText = Annotated[str, Field(pattern=DURATION, examples=["3 mo"]), AfterValidator(no_longer_than_life)]
BoundText = Annotated[str, Field(pattern=BOUND, examples=["gt 3 d"]), AfterValidator(no_longer_than_life)]


class Strict(BaseModel):
    """Refuses unknown keys and converts nothing."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


EntryName = Annotated[str | None, Field(description="what the entry with that id is called, for who reads the file")]


class ThingNode(Strict):
    """A concept by its id, with its name where it is an entry of the dictionary."""

    concept: str = Field(description="id of grammar/concepts.yaml or of the dictionary")
    name: EntryName = None


class Words(Strict):
    """A leaf's words: a part of the criterion's text, the `nth` one where they stand there more than once."""

    words: str | None = Field(default=None, description="the words of `text` that this leaf stands for")
    nth: int | None = Field(
        default=None, ge=1, description="which one, where the words stand in the text more than once"
    )


class Windowed(Words):
    """When it must have been: see `eligo.criteria.Window`."""

    within: DurationText | None = Field(
        default=None, description="not longer before the anchor than this; the last day counts"
    )
    ago: BoundText | None = Field(default=None, description="happened or ended so long before the anchor")
    lasting: BoundText | None = Field(default=None, description="went on for so long")
    began: DurationText | None = Field(default=None, description="began not longer before the anchor than this")
    anchor: str | None = Field(default=None, description="the protocol's word for day 0; `screening` where left out")


class CompareNode(Windowed):
    """A variable against one limit (`op`, `limit`) or two bounds (`ge`/`gt` and `le`/`lt`)."""

    variable: str | None = Field(default=None, description="id of grammar/variables.yaml")
    name: str | None = Field(
        default=None, alias="quantity", description="the words, for a quantity that the vocabulary does not have"
    )
    op: Op | None = None
    limit: Value | None = None
    gt: Value | None = None
    ge: Value | None = None
    lt: Value | None = None
    le: Value | None = None
    unit: str | None = Field(default=None, description="UCUM unit")
    of: str | None = Field(default=None, description="the limit is a multiple of ULN, LLN, baseline or a variable")
    above: Normal | None = Field(default=None, description="the limit is so much above that limit of normal")
    at: str | ThingNode | None = Field(default=None, description="the concept on whose first day an age is meant")
    unit_inferred: bool = Field(False, description="the source states no unit; this one alone is plausible")
    equivalent: str | None = Field(default=None, description="the same limit as the source states it in another unit")
    pick: Pick | None = Field(default=None, description="which value of the window counts; `latest` where left out")


class OneOfNode(Words):
    """An ordinal or a category that is one of the values."""

    variable: str | None = None
    name: str | None = Field(default=None, alias="quantity")
    in_: list[Value | str] = Field(alias="in", min_length=1)


NamedText = Annotated[str, Field(pattern=r"[^\W_]", description="the name, for a thing that the vocabulary lacks")]


class ExceptedNode(Strict):
    """A kind of the concept that does not count where the qualifier holds."""

    concept: str = Field(description="id of grammar/concepts.yaml or of the dictionary, or `study_condition`")
    name: EntryName = None
    qualifier: str | None = None


class ExceptedNameNode(Strict):
    """A kind that is known by its name alone, and does not count where the qualifier holds."""

    named: NamedText
    kind: NamedKind
    qualifier: str | None = None


def _form(value: Any) -> str:
    if isinstance(value, str):
        return "word"
    return "named" if isinstance(value, dict) and "named" in value else "mapping"


ExceptedPart = Annotated[
    Annotated[str, Tag("word")] | Annotated[ExceptedNode, Tag("mapping")] | Annotated[ExceptedNameNode, Tag("named")],
    Discriminator(_form),
]


class PresenceNode(Windowed):
    """What is asked of a thing that a patient has, had or takes."""

    status: Status = Field("active", description="`active` is now, for a procedure ever; `now` is now for it too")
    qualifier: str | None = None
    count: int = Field(1, ge=1, description="at least so many times")
    but_not: list[ExceptedPart] = Field(
        default=[], description="kinds of it that do not count; `study_condition` is what the trial is about"
    )


class PresentNode(PresenceNode):
    """The patient has, had or takes the concept."""

    concept: str = Field(description="id of grammar/concepts.yaml, or of the dictionary (`MONDO:0015924`)")
    name: EntryName = None


class NamedNode(PresenceNode):
    """The patient has, had or takes a thing that is known by its name alone."""

    named: NamedText
    kind: NamedKind
    head: str | None = Field(default=None, description="the concept that it is a kind of, as a person has verified")


Thing = Annotated[Annotated[PresentNode, Tag("mapping")] | Annotated[NamedNode, Tag("named")], Discriminator(_form)]


class RelatedNode(Words):
    """Two things of which the text says how they belong together."""

    related: Relation
    what: Thing
    to: Thing


class AttestNode(Words):
    """What only a person can state."""

    attest: str = Field(description="id of grammar/concepts.yaml, of kind attestation; with `kind`, the words")
    kind: StatementKind | None = Field(default=None, description="what sort of statement the words make")


class AlwaysNode(Words):
    """Text that restricts nothing."""

    always: str = Field(description="why it restricts nothing")


class UnparsedNode(Words):
    """Text that was not understood."""

    unparsed: str


class AllNode(Strict):
    """Every part holds."""

    all: list[Node] = Field(min_length=1)


class AnyNode(Strict):
    """At least one part holds."""

    any: list[Node] = Field(min_length=1)


class AtLeastNode(Strict):
    """At least so many of the parts hold."""

    at_least: int = Field(ge=1)
    of: list[Node] = Field(min_length=1)


class NotNode(Strict):
    """The part does not hold."""

    not_: Node = Field(alias="not")


class IfThenNode(Strict):
    """What is asked only where the condition holds."""

    if_: Node = Field(alias="if")
    then: Node


KINDS = ("all", "any", "not", "at_least", "if", "related", "concept", "named", "attest", "always", "unparsed", "in")
COMPARE = "compare"


def kind_of(value: Any) -> str:
    """The kind of node that a mapping is, by the first key that names one."""
    keys = value if isinstance(value, dict) else {}
    return next((k for k in KINDS if k in keys), COMPARE)


Node = Annotated[
    Annotated[AllNode, Tag("all")]
    | Annotated[AnyNode, Tag("any")]
    | Annotated[NotNode, Tag("not")]
    | Annotated[AtLeastNode, Tag("at_least")]
    | Annotated[IfThenNode, Tag("if")]
    | Annotated[RelatedNode, Tag("related")]
    | Annotated[PresentNode, Tag("concept")]
    | Annotated[NamedNode, Tag("named")]
    | Annotated[AttestNode, Tag("attest")]
    | Annotated[AlwaysNode, Tag("always")]
    | Annotated[UnparsedNode, Tag("unparsed")]
    | Annotated[OneOfNode, Tag("in")]
    | Annotated[CompareNode, Tag("compare")],
    Discriminator(kind_of),
]


class AmbiguousNode(Strict):
    """A sentence that can be read in more than one way, with every reading; `when` repeats the chosen one (from 1)."""

    why: str
    chosen: int = Field(ge=1)
    readings: list[Node] = Field(min_length=2)


class ReviewNode(Strict):
    """Who looked at it: `edited` means that a person changed what the grammar read."""

    state: Literal["draft", "reviewed", "edited"] = "draft"
    by: str | None = None
    date: str | None = None
    note: str | None = None
    of: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{12}$", description="of the text and the predicate that were reviewed"
    )


class FormerNode(Strict):
    """What a criterion was before its source changed."""

    text: str = Field(min_length=1)
    review: ReviewNode = ReviewNode()
    notes: list[str] = []
    ambiguous: AmbiguousNode | None = None
    when: Node


class CriterionNode(Strict):
    """One item of the protocol."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")
    kind: Literal["inclusion", "exclusion"]
    cohort: str | None = None
    origin: Literal["text", "registry", "population"] = "text"
    source_item: str | None = Field(default=None, description="the item of the source, in its own numbering")
    source_sha: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{12}$", description="of the source's own words; an import finds the item by it"
    )
    text: str = Field(min_length=1)
    review: ReviewNode = ReviewNode()
    notes: list[str] = []
    ambiguous: AmbiguousNode | None = None
    when: Node
    was: list[FormerNode] = Field(default=[], description="what it was in earlier versions of the source, latest first")


class CohortNode(Strict):
    """An arm: a patient needs one of them."""

    id: str = Field(pattern=r"^[A-Za-z0-9]+$")
    label: str


class SourceNode(Strict):
    """Where the criteria come from."""

    registry: str | None = None
    version: str | None = Field(default=None, description="the source's date of last update")
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    url: str | None = None


RegistryWord = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


class ListingNode(Strict):
    """How the registry lists the trial, in its own words; nothing evaluates it."""

    status: RegistryWord | None = Field(default=None, description="whether it recruits", examples=["RECRUITING"])
    phases: list[RegistryWord] = Field(default=[], examples=[["PHASE1", "PHASE2"]])
    countries: list[Annotated[str, Field(min_length=1)]] = Field(default=[], description="where it has sites")
    age_groups: list[RegistryWord] = Field(default=[], examples=[["ADULT", "OLDER_ADULT"]])


class RuleSetNode(Strict):
    """One trial."""

    trial: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    title: str
    source: SourceNode = SourceNode()
    states_no_criteria: bool = Field(False, description="the source says nothing about who is eligible")
    conditions: list[Annotated[str, Field(min_length=1)]] = Field(
        default=[], description="what the trial is about: ids of grammar/concepts.yaml, or the source's words"
    )
    listing: ListingNode = ListingNode()
    notes: list[str] = []
    cohorts: list[CohortNode] = []
    criteria: list[CriterionNode] = []
    removed: list[CriterionNode] = Field(
        default=[], description="criteria that the source no longer has; they are not screened"
    )


for model in (
    AllNode,
    AnyNode,
    AtLeastNode,
    NotNode,
    IfThenNode,
    AmbiguousNode,
    FormerNode,
    CriterionNode,
    RuleSetNode,
):
    model.model_rebuild()
