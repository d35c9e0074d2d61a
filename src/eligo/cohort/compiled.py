"""An engine of plans in, the answers of all its tests as columns out: which test becomes what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from eligo.cohort.answer import HANDED, InColumns, cases, constant, reason
from eligo.cohort.form import FALSE, TRUE, HasWord, IsNull, all_of
from eligo.cohort.layout import ColumnLayout
from eligo.cohort.measured import age, age_then, graded_input, measured, of_sex
from eligo.cohort.presences import present, related
from eligo.cohort.scores import FactInput, ValueInput, leaves
from eligo.criteria import Always, Compare, OneOf
from eligo.criteria import Present as Asked
from eligo.evaluate import Engine
from eligo.evaluation.ages import AgeComparison, AgeThen
from eligo.evaluation.answers import Answer as Function
from eligo.evaluation.comparing import Choice, Comparison, SexChoice
from eligo.evaluation.derive import REPLACEABLE
from eligo.evaluation.presence import Presence, presence
from eligo.evaluation.relating import Relating
from eligo.plan import Attested, Test, Untestable
from eligo.truth import Reason, Truth
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.scores import SCORES, ScoreInput
from eligo.vocabulary.variables import variables


def compiled(
    engine: Engine, as_of: date, units: Mapping[str, Sequence[str]]
) -> tuple[ColumnLayout, tuple[InColumns, ...]]:
    """The tables that all tests of an engine need on a day, and the answer of each, by its number."""
    layout = ColumnLayout(engine.policy, as_of, units, score_inputs=_inputs)
    pairs = enumerate(zip(engine.asked, engine.tests, strict=False))  # behind them are those that scores ask
    return layout, tuple(_answer(number, test, answer, layout) for number, (test, answer) in pairs)


def _answer(number: int, test: Test, answer: Function, layout: ColumnLayout) -> InColumns:
    match answer:
        case Presence():
            return present(answer, layout).answer
        case Relating():
            return related(answer, present(answer.what, layout).answer, present(answer.to, layout).answer)
        case AgeComparison() if isinstance(test, Compare):
            return age(test, layout)
        case AgeThen():
            return age_then(answer, layout)
        case SexChoice() if isinstance(test, OneOf):
            return of_sex(test)
        case Comparison() | Choice() if isinstance(test, Compare | OneOf):
            return measured(number, test, answer, layout)
    if isinstance(test, Attested):
        return _attested(test)
    if isinstance(test, Untestable):
        return constant(Truth.UNKNOWN, Reason(test.reason))
    return constant(Truth.MET) if isinstance(test, Always) else HANDED


def _attested(test: Attested) -> InColumns:
    """What a person stated: of this very criterion, else of the topic."""
    pairs = []
    for name in dict.fromkeys((test.criterion, test.topic)):
        pairs += [(HasWord("attested_yes", name), InColumns(TRUE)), (HasWord("attested_no", name), InColumns(FALSE))]
    return cases(pairs, constant(Truth.UNKNOWN)._replace(why=reason(Reason.NEEDS_ATTESTATION)))


def _inputs(score: str, layout: ColumnLayout) -> tuple[tuple[ValueInput, ...], tuple[FactInput, ...]]:
    """The inputs of a score in columns."""
    values, facts = dict[str, ValueInput](), dict[str, FactInput]()
    for item in leaves(score):
        if item.role == "fact":
            if item.id in concepts():
                found = present(presence(Asked(item.id)), layout).answer
                facts[item.id] = FactInput(item.id, found.truth, found.hand)
        elif item.role != "control" and item.id not in ("sex", "age"):
            values[item.id] = _value(item, layout)
    return tuple(values.values()), tuple(facts.values())


def _value(item: ScoreInput, layout: ColumnLayout) -> ValueInput:
    known = variables().get(item.id)
    if known is not None and known.concept is not None:
        return graded_input(known, layout)
    found = layout.value(item.id).input()
    # A score that is stated, but says nothing, is not worked out anew; nor does another one stand for it then.
    parts = {part.id for score in REPLACEABLE & SCORES.keys() for part in SCORES[score].inputs}
    told = item.id in SCORES or item.id in parts
    return found._replace(idle=all_of([found.there, IsNull(found.low)]) if told else FALSE)
