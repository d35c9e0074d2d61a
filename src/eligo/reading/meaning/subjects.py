"""Of whom a unit speaks: women, men, adults; and what is asked of them alone."""

from __future__ import annotations

from eligo.criteria import Attest, Compare, Limit, Not, OneOf, Predicate, leaves
from eligo.reading.lexicon import belongs_to, is_of_some, words
from eligo.reading.meaning.conditions import if_holds, other_limit
from eligo.reading.meaning.context import place
from eligo.reading.meaning.joining import all_of, any_of
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.state import UnitState
from eligo.reading.tokens import Token
from eligo.reading.tree import type_of
from eligo.vocabulary.concepts import concepts


def subject(state: UnitState, nouns: list[Predicate]) -> list[Predicate]:
    """Whom the unit speaks of: women, adults; what the noun or an age says already is not said again."""
    found: list[Predicate] = []
    sex = one_sex(state)
    apart = bool(state.sexes) and state.written(state.sexes[0]).endswith(":")  # `Women: hysterectomy`; men take part
    if sex is not None and (apart or _denied(state) or not _presupposes(state, sex)):
        found.append(OneOf("sex", (sex,), span=place(state.sexes[0])))
    for token in state.groups:
        aged = _aged(token, nouns)
        state.context.count((token,), "note" if aged else "leaf")
        if not aged and token.value != "none":  # adolescents: no limit
            op, value, unit_ = str(token.value).split()
            found.append(Compare("age", (Limit("ge" if op == "ge" else "lt", int(value), unit_),), span=place(token)))
    return found


def without_limit(state: UnitState, nouns: list[Predicate]) -> list[Token]:
    """The words for who is of an age that no limit beside them tells: adolescents, the elderly.

    So is who is an adult `according to local law`.
    """
    cited = max((place(e)[0] for e in state.elements if type_of(e) == "CITE"), default=0)
    told = [token for token in state.groups if token.value == "none" or token.start < cited]
    return [token for token in told if not _aged(token, nouns)]


def _aged(token: Token, nouns: list[Predicate]) -> bool:
    """Whether an age is stated besides, or the group is that of what a person states: `consent of adults`."""
    aged = (isinstance(x, Compare) and x.variable in ("age", "gestational_age") for n in nouns for x in leaves(n))
    return any(aged) or any(isinstance(n, Attest) and n.span and n.span[0] < token.start for n in nouns)


def _presupposes(state: UnitState, sex: str) -> bool:
    if state.ids is None:
        return False
    return all((concept := concepts().get(id_)) is not None and concept.sex == sex for id_ in state.ids.split("|"))


def _denied(state: UnitState) -> bool:
    """`women who are not postmenopausal` are excluded: no man is postmenopausal, and he is not meant."""
    if not state.negated or state.context.kind != "exclusion" or state.negated_at < state.sexes[0].start:
        return False
    first = state.text[state.negated_at :].lower().split(maxsplit=1)[:1]
    return not words("denying").isdisjoint(first)  # `women must not be pregnant` is a duty


def one_sex(state: UnitState) -> str | None:
    sexes = {str(token.value) for token in state.sexes} - {"any"}
    return sexes.pop() if len(sexes) == 1 else None


def beyond_negation(state: UnitState, nouns: list[Predicate], whom: list[Predicate]) -> bool:
    """`women without ascites`: whether the negation stands behind those of whom it speaks."""
    if not state.negated or not nouns or not whom:
        return False
    return all(leaf.span is not None and leaf.span[1] <= state.negated_at for one in whom for leaf in leaves(one))


def conditional(state: UnitState, nouns: list[Predicate], subject: list[Predicate]) -> Predicate:
    """`hemoglobin >= 12 g/dL in women`: asked of women only."""
    if subject and state.context.kind == "inclusion" and nouns and all(_of_some(noun) for noun in nouns):
        return if_holds(state.context, all_of(subject), all_of(nouns))
    if subject and nouns and state.sexes and len(subject) == 1 and _of_them(state, state.sexes[0]):
        asked = all_of(nouns)
        return other_limit(state.context, asked, subject[0]) or if_holds(state.context, subject[0], asked)
    return all_of([*subject, *nouns])


def _of_some(noun: Predicate) -> bool:
    """Whether it is asked of those alone who can have children: contraception."""
    return isinstance(noun, Attest) and bool(belongs_to(noun.topic))


def _of_them(state: UnitState, token: Token) -> bool:
    written = state.written(token).lower()
    return is_of_some(written) or written.endswith(":")


def men_too(state: UnitState, body: Predicate) -> Predicate:
    """`men and women of childbearing potential`: what only women have says which women are meant.

    What is in records of women rather ("of reproductive potential") may tell which men are meant as well.
    """
    both = [token for token in state.sexes if token.value == "any"]
    if not both:
        return body
    concept = concepts().get(state.ids) if state.ids is not None and len(state.nouns) == 1 else None
    before = state.fact_span is not None and state.fact_span[0] < both[0].start  # `fertile men or women`
    if concept is None or (before and concept.sex is None):
        return body
    rather = concept.id in words("said_of_women")
    if concept.sex is None and not (rather and state.context.take(Alternative.MEN)):
        return body
    other = "female" if concept.sex == "male" else "male"
    if state.negated and state.negated_at >= both[0].end:  # `men or women not of childbearing potential`
        state.negated, body = False, Not(body)
    return any_of([OneOf("sex", (other,), span=place(both[0])), body])
