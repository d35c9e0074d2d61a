"""The words of a unit, one by one: what each adds to what the unit says so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eligo.criteria import STUDY_CONDITION, Attest, Compare, Excepted, Limit, Op, Present
from eligo.dataclass import replace
from eligo.reading.lexicon import END, name_words, qualifiers_in, trie, words
from eligo.reading.meaning.behind import day_behind, states_behind, treatment_behind
from eligo.reading.meaning.context import place
from eligo.reading.meaning.examples import class_of
from eligo.reading.meaning.facts import restricts
from eligo.reading.meaning.joining import excludes
from eligo.reading.meaning.modifiers import PAST
from eligo.reading.meaning.said import Bond
from eligo.reading.meaning.state import UnitState
from eligo.reading.share import kind_named
from eligo.reading.tokens import Token
from eligo.reading.tree import CountOf, Element, Limits, TimeNode, type_of
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import statement_id

_SAYING: Final = frozenset(["CONCEPT", "ATTEST", "NEG", "STATUS"])
_VALUED: Final = frozenset(["VAR", "ATTEST", "CONCEPT"])
_GRAMMAR: Final = frozenset(["LIGHT", "FRESH", "WHO", "SKIP", "PAIR", "LEAD", "TRAIL"])


def word(state: UnitState, i: int, token: Token) -> None:
    if token.type in _GRAMMAR:
        _grammar(state, token)
        return
    step = _STEPS.get(token.type)
    if step is not None:
        step(state, i, token)
    else:
        _other(state, token)


def _grammar(state: UnitState, token: Token) -> None:
    """A word of grammar; a measuring word says something only beside a limit."""
    written = state.written(token).lower()
    _heed(state, token, written)
    if written in words("resting") and not _measured(state):
        (state.qualifiers if state.ids is None else state.behind).append(written)
        state.context.count((token,), "modifier")
    elif token.value == "method":
        _note(state, token)
    elif token.value == "measure" and (
        restricts(written, state.ids) or not (_measured(state) and _names_a_value(state))
    ):
        state.residue.append(token)
    else:
        state.context.count((token,), "grammar")


def _heed(state: UnitState, token: Token, written: str) -> None:
    """What a word of grammar tells of the words around it."""
    if token.type == "FRESH":
        state.apart = True
    elif token.type == "PAIR":
        state.pair = token.value
    last = state.last
    if written in words("adults") and state.fact_span is not None and _given(state, token):
        state.statuses.append("now")
    if isinstance(last, Compare) and written in words("at_event"):
        state.at_event = last.variable == "age"
    if last is not None:
        return
    if token.type == "LIGHT" and written in words("anew"):
        state.anew = state.anew or "any"
    if token.value == "such":
        before = [place(e) for e in state.elements if place(e)[1] <= token.start]
        state.examples += class_of(state.context, before[-1], negated=state.negated) if before else ()


def _given(state: UnitState, token: Token) -> bool:
    """`dialysis patients`: whether people stand right behind what is done for some time."""
    concept = concepts().get((state.ids or "").split("|")[0])
    assert state.fact_span is not None
    beside = not state.text[state.fact_span[1] : token.start].strip() and not state.statuses
    return beside and concept is not None and (concept.kind, concept.aspect) == ("procedure", "exposure")


def _measured(state: UnitState) -> bool:
    return any(isinstance(e, (Limits, TimeNode, CountOf)) for e in state.elements) or any(
        isinstance(e, Token) and e.type in ("VAR", "ATTEST") for e in state.elements
    )


def _names_a_value(state: UnitState) -> bool:
    """`plasma within 30 days` is not about when something was measured."""
    timed = [e.limits for e in state.elements if isinstance(e, TimeNode) and e.limits is not None]
    others = any(
        isinstance(e, (Limits, CountOf)) or (isinstance(e, Token) and e.type in _VALUED) for e in state.elements
    )
    return others or any(map(state.context.names, timed))


def _other(state: UnitState, token: Token) -> None:
    """A word that no rule has used yet: part of a limit's name, or not understood."""
    if token.type == "GRADE" and any(limits and state.context.names(limits) for limits in map(_limits, state.elements)):
        state.context.count((token,), "leaf")
        return
    if token.type == "VAR" and token.value in state.context.tested(state.elements):
        state.context.count((token,), "leaf")
        return
    said = token.value if token.type == "FILLER" else None
    if not said and state.context.consumed(token):
        state.context.count((token,), "leaf")
        return
    if not said and _of_the_value(state, token):
        state.context.count((token,), "note")
        if state.written(token).lower() in words("states_of_measuring"):
            state.context.notes.append(f"`{state.written(token).lower()}` is not tested")
        return
    state.residue.append(token)
    if said:
        state.note_logic(said)


def _of_the_value(state: UnitState, token: Token) -> bool:
    """`score on the PHQ-9`, `fasting triglycerides`: a word before the name of the value that it is of."""
    written = state.written(token).lower()
    if token.type != "FILLER" or not (written in words("scale_words") or written in words("states_of_measuring")):
        return False
    linking = words("to_the_value")
    behind = state.elements[state.elements.index(token) + 1 :]
    value = next((e for e in behind if not isinstance(e, Token) or state.written(e).lower() not in linking), None)
    return isinstance(value, Token) and value.type == "VAR" and state.context.consumed(value)


def _limits(element: Element) -> Limits | None:
    """The limits that it is, or that stand beside the day on which they are asked."""
    return element if isinstance(element, Limits) else element.limits if isinstance(element, TimeNode) else None


# --- modifiers


def _negation(state: UnitState, i: int, token: Token) -> None:
    if token.value == "refusal" and not states_behind(state, i):
        state.residue.append(token)
        state.note_logic("logic")
        return
    if state.nouns:
        state.residue.append(token)
        state.note_logic("logic")
        return
    if token.value == "never":
        state.statuses.append("history")
    state.negated = not state.negated
    state.negated_at = token.start
    state.own_words += 1
    state.context.count((token,), "modifier")


def _ended(state: UnitState, i: int, token: Token) -> None:
    """`chemotherapy ended more than 4 weeks ago`: how long it is over, not how long it goes on."""
    state.ended = True
    state.stopped = state.written(token).lower() in words("stopping")
    state.context.count((token,), "modifier")


def _hedge(state: UnitState, i: int, token: Token) -> None:
    state.own_words += 1
    state.context.count((token,), "modifier")
    if state.nouns or state.residue:
        state.hedge = (token.start, token.end)
    else:
        state.hedged = True


def _status(state: UnitState, i: int, token: Token) -> None:
    if state.written(token).lower() in words("before_a_treatment") and not treatment_behind(state, i):
        state.residue.append(token)
        return
    if state.ids is None and "history" in state.statuses and state.written(token).lower() in words("found_adjectives"):
        state.context.count((token,), "modifier")  # `has had diagnosed asthma`: it was there, whenever it was found
        return
    if day_behind(state, i, token):
        state.unused(token, "turning")
        return
    state.statuses.append(str(token.value))
    if state.written(token).lower() in words("beside_the_trial"):
        state.but_not = (Excepted(STUDY_CONDITION),)
    if state.written(token).lower().split()[0] in words("ways_of_finding"):  # `electrocardiographic evidence of`
        state.context.notes.append(f"`{state.written(token)}` is not tested")
    state.past = state.past or token.value in PAST
    verb = state.written(token).lower().split(maxsplit=1)[0] in words("fresh_statuses")
    state.apart = state.apart or (verb and not state.nouns and not state.own_words)
    state.used = bool(state.qualifiers) and state.written(token).lower().split()[-1] in words("using")
    state.own_words += state.ids is None
    state.meanwhile = state.meanwhile or (bool(state.nouns) and token.value == "meanwhile")
    state.context.count((token,), "modifier")


def _qualifier(state: UnitState, i: int, token: Token) -> None:
    said = state.written(token).lower()
    if said in words("sites") and not _names_fact(state):
        state.residue.append(token)
        return
    if said not in words("any_site"):
        (state.behind if state.nouns else state.qualifiers).append(str(token.value))
    state.own_words += state.ids is None
    state.context.count((token,), "modifier")


def _another(state: UnitState, i: int, token: Token) -> None:
    if _is_counted(state, i, token):
        _other(state, token)
        return
    state.but_not = (Excepted(STUDY_CONDITION),)
    state.anew = "other"
    state.own_words += 1
    state.context.count((token,), "modifier")


def _is_counted(state: UnitState, i: int, token: Token) -> bool:
    """`second kidney transplant`: what is done a second time; a second malignancy is another one."""
    if state.written(token).lower() not in name_words("ordinals"):
        return False
    behind = next((e for e in state.elements[i + 1 :] if type_of(e) == "CONCEPT"), None)
    return isinstance(behind, Token) and kind_named(str(behind.value)) == "procedure"


def _after(state: UnitState, i: int, token: Token) -> None:
    if state.qualifiers and token.value in ("le", "ge"):  # moderate or lower
        state.qualifiers.append(f"or {'lower' if token.value == 'le' else 'higher'}")
    else:
        _other(state, token)


def _sex(state: UnitState, i: int, token: Token) -> None:
    state.sexes.append(token)
    state.context.count((token,), "leaf")


def _group(state: UnitState, i: int, token: Token) -> None:
    state.groups.append(token)


def _noted(state: UnitState, i: int, token: Token) -> None:
    """What no record states is a note; what narrows a fact, or how it was proven where it excludes, stays with it."""
    proven = token.value == "method" and state.context.kind == "exclusion"
    if proven or (token.type == "UNTESTED" and _names_fact(state)):
        (state.qualifiers if state.ids is None else state.behind).append(state.written(token).lower())
        state.own_words += state.ids is None
        state.context.count((token,), "modifier")
        return
    _note(state, token)


def _note(state: UnitState, token: Token) -> None:
    """What is not tested is a note; a treatment despite which a value excludes is stated by a person."""
    despite = state.written(token).split()[0].lower() in words("despite")
    if despite and token.type == "UNTESTED" and excludes(state.context, state.negated):
        span = (token.start, token.end)
        state.context.count((token,), "leaf")
        tried = Attest(statement_id("statement", state.written(token)), span=span)
        if state.nouns:  # behind a value, and so behind a list of them
            state.bonds.append(Bond("that", tried, span))
        else:
            state.nouns.append(tried)
        return
    state.context.count((token,), "note")
    state.context.notes.append(f"`{state.written(token)}` is not tested")


def _names_fact(state: UnitState) -> bool:
    """Whether the unit is of a condition or a treatment: `uncorrectable hypokalemia`, not `uncorrectable INR > 2`."""
    kinds = [e.type for e in state.elements if isinstance(e, Token)]
    return "CONCEPT" in kinds and not any(isinstance(e, Limits) for e in state.elements)


def _cite(state: UnitState, i: int, token: Token) -> None:
    """`according to ...`: a source, where nothing but words follows."""
    rest = state.elements[i + 1 :]
    if any(isinstance(e, Token) and e.type == "VAR" and state.context.consumed(e) for e in rest[:2]):
        state.context.count((token,), "leaf")  # `grade IV according to NYHA`
        return
    if any(_says_more(state, e) for e in rest):
        _other(state, token)
        return
    state.cited = True
    state.context.count(state.elements[i:], "note")
    source = state.text[token.start : place(state.elements[-1])[1]]
    state.context.notes.append(f"`{source}` names a source and is not tested")


def _says_more(state: UnitState, element: Element) -> bool:
    """Whether an element behind `according to` is more than the words of a source and its edition: `RECIST 1.1`."""
    if isinstance(element, Token):
        return bool(element.type == "FILLER" and element.value) or element.type in _SAYING
    return not isinstance(element, Limits) or state.context.names(element)


def _change(state: UnitState, i: int, token: Token) -> None:
    if any(isinstance(e, Token) and state.context.consumed(e) for e in state.elements[i + 1 : i + 4]):
        state.context.count((token,), "leaf")
    else:
        state.residue.append(token)


def _following(state: UnitState, i: int, token: Token) -> None:
    state.quantifier = str(token.value)
    state.own_words += 1
    state.context.count((token,), "join")


# --- nouns


def _concept(state: UnitState, i: int, token: Token) -> None:
    if _graded(state, token):
        return
    if state.context.consumed(token):
        state.context.count((token,), "leaf")
        return
    if state.at_event and isinstance(state.nouns[-1], Compare):
        state.nouns[-1] = replace(state.nouns[-1], at=str(token.value).split("|")[0])
        state.statuses, state.at_event = [], False
        state.context.count((token,), "leaf")
        return
    if _anchors(state, i):
        _anchor(state, token)
        return
    if state.ids is not None:
        state.residue.append(token)
        return
    state.ids, state.fact_span = str(token.value), (token.start, token.end)
    state.fact_at = len(state.nouns)
    state.nouns.append(Present(state.ids, span=state.fact_span))
    written = state.written(token)
    first = written.split(maxsplit=1)[0].lower()
    state.adjectives = qualifiers_in(written)
    if "STATUS" in trie().get(first, {}).get(END, ()):  # `current smoker` takes no status of a neighbour
        state.adjectives, state.own_words = (first, *state.adjectives), state.own_words + 1
    state.context.count((token,), "leaf")
    if state.early is not None:
        _place_early(state)


def _anchors(state: UnitState, i: int) -> bool:
    """Whether a time and a word such as `of` stand right before: `within 3 weeks of vaccination`."""
    node, word = state.elements[i - 2 : i] if i > 1 else (None, None)
    if not isinstance(node, TimeNode) or not isinstance(word, Token):
        return False
    written = state.written(word).lower()
    return written in words("anchoring") and node.anchor is None and node.form == "within"


def _anchor(state: UnitState, token: Token) -> None:
    """The time is counted from what follows it, which is no fact that is asked for."""
    anchor = str(token.value).split("|")[0]
    if state.early is not None:
        state.early = state.early._replace(anchor=anchor)
    elif state.window is not None:
        state.window, state.when = replace(state.window, anchor=anchor), None
    else:
        state.residue.append(token)
        return
    state.context.count((token,), "modifier")


def _place_early(state: UnitState) -> None:
    early, state.early = state.early, None
    if early is None or not state.time_of_fact(early, None):
        state.early = early
    else:
        state.in_front = state.window


def _graded(state: UnitState, token: Token) -> bool:
    """`moderate or lower ascites`: a graded concept is a limit on its grade."""
    labels = [q for q in state.qualifiers if q not in ("or lower", "or higher")]
    bound = [q for q in state.qualifiers if q in ("or lower", "or higher")]
    if not bound or not labels:
        return False
    found = concepts().find_graded(f"{labels[-1]} {state.written(token)}")
    if found is None:
        return False
    grade = found[2]
    value = grade if isinstance(grade, (int, float)) else (grade[1] if bound[0] == "or lower" else grade[0])
    op: Op = "le" if bound[0] == "or lower" else "ge"
    state.nouns.append(Compare(found[1], (Limit(op, value),), span=(token.start, token.end)))
    state.qualifiers = []
    state.context.count((token,), "leaf")
    return True


def _attest(state: UnitState, i: int, token: Token) -> None:
    state.nouns.append(Attest(token.value, span=(token.start, token.end)))
    state.context.count((token,), "leaf")


_STEPS: Final[dict[str, Callable[[UnitState, int, Token], None]]] = {
    "CONCEPT": _concept,
    "ATTEST": _attest,
    "NEG": _negation,
    "HEDGE": _hedge,
    "ENDED": _ended,
    "STATUS": _status,
    "QUAL": _qualifier,
    "OTHER": _another,
    "GROUP": _group,
    "NOTED": _noted,
    "UNTESTED": _noted,
    "SEX": _sex,
    "AFTER": _after,
    "CITE": _cite,
    "CHANGE": _change,
    "FOLLOWING": _following,
}
