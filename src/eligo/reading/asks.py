"""What each role asks of its neighbours: whether a word may play it where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eligo.reading.lexicon import name_words, words
from eligo.reading.neighbours import TIME_CODES, Neighbours
from eligo.reading.tokens import first_word
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

NUMBER_END: Final = frozenset(["NUM", "UNIT", "AGEUNIT", "OLD", "REF", "AFTER", "AGEAFTER", "PLUSMINUS"])


def flipped(c: Neighbours, i: int) -> bool:
    """`18 <= age`: the number stands before the sign, and the name after it."""
    if c.prev() not in ("NUM", "UNIT") or c.text[c.raw[i].start].isalpha():
        return False
    return c.may(i + 1, "VAR") or _between_signs(c, i + 1)


def _between_signs(c: Neighbours, i: int) -> bool:
    """`10 <= zorb score <= 20`: words that no data file knows, and the same sign again."""
    for j in range(i, min(i + 5, len(c.raw))):
        if c.may(j, "COMP"):
            return j > i and not c.text[c.raw[j].start].isalpha() and c.number_ahead(j + 1)
        if not c.may(j, "WORD", "GRADE", "LINK", "LIGHT", "CONCEPT", "QUAL"):
            return False
    return False


def _comparator(c: Neighbours, i: int) -> bool:
    if c.between == 1 and c.prev() in NUMBER_END and c.may(i, "TO"):
        return False
    return c.number_ahead(i + 1) or c.reference_ahead(i + 1) or flipped(c, i)


def _after(c: Neighbours, i: int) -> bool:
    return not c.may(i + 1, "REF") and (c.prev() != "CLOSE" or c.out[-2].type in NUMBER_END)


def _to(c: Neighbours, i: int) -> bool:
    if c.may(i, "AND") and c.between != 1:
        return _two_ages(c, i)
    if c.prev() == "REF" and c.out[-2].type == "COMP":  # `greater than ULN to 1.5`
        return False
    if c.may(i + 1, "COMP"):
        return c.number_ahead(i + 2)
    if c.graded and c.letter_ahead(i + 1):
        return True
    if c.prev() == "NUM" and not c.graded and c.may(i + 1, "ROMAN") and not c.may(i + 1, "NUM"):
        return False
    return c.number_ahead(i + 1)


def _two_ages(c: Neighbours, i: int) -> bool:
    """`20 and 60 years old`: ages from the first to the second, where no comparator stands before them."""
    low, high = c.out[-1], c.raw[i + 1] if i + 1 < len(c.raw) else None
    if high is None or low.type != "NUM" or high.type != "NUM" or not low.value.value < high.value.value:
        return False
    if len(c.out) > 1 and c.out[-2].type in ("COMP", "AGECOMP", "TOCOMP", "JOIN", "TO", "GRADE"):
        return False
    years = c.may(i + 2, "AGEUNIT", "TIMEUNIT") or (c.may(i + 2, "UNIT") and c.raw[i + 2].value == "a")
    named = any(t.type == "VAR" and t.value == "age" for t in c.out[-3:])
    return years and (named or c.may(i + 3, "OLD") or c.says_old(c.raw[i + 2]))


def _times(c: Neighbours, i: int) -> bool:
    return any(c.may(j, "REF") for j in range(i + 1, i + 4)) and not c.may(i + 1, "WORD")


def _reference(c: Neighbours, i: int) -> bool:
    value = c.raw[i].roles["REF"]
    back = [t.type for t in c.out[-4:]]
    while back and back[-1] in ("SKIP", "LIGHT", "OPEN"):
        back.pop()
    if not back:
        return False
    if value == "predicted":
        return back[-1] in ("UNIT", "NUM")
    if value in ("ULN", "LLN"):
        return back[-1] in ("TIMES", "COMP", "NUM", "UNIT", "TOCOMP", "ABOVE")
    return back[-1] in ("TIMES", "COMP", "TOCOMP", "ABOVE")


def _number_word(c: Neighbours, i: int) -> bool:
    if c.waiting or c.prev() == "GRADE":
        return True
    if c.may(i + 1, "TIMES") and c.reference_ahead(i + 2):
        return True
    return c.may(i + 1, "UNIT", "TIMEUNIT", "AFTER", "AGEAFTER", "AGEUNIT") or (
        (c.may(i + 1, "TO") and c.number_ahead(i + 2, 1)) or c.counted(i + 1)
    )


def _roman(c: Neighbours, i: int) -> bool:
    before = c.prev()
    token = c.raw[i]
    if c.waiting and c.upper(token):
        return True
    if before in ("GRADE", "TO", "JOIN") or (before == "VAR" and c.upper(token)):
        return c.graded or before == "GRADE"
    if before in ("COMP", "TOCOMP", "LINK", "LIGHT", "BETWEEN"):
        return c.graded and c.upper(token)
    return before == "OPEN" and c.graded and c.upper(token)


def _time_unit(c: Neighbours, i: int) -> bool:
    return c.prev() != "CLOSE" or c.number_ahead(i - 2, 1)


def _born(c: Neighbours, i: int) -> bool:
    """`born at 26 weeks`."""
    return any(c.may(j, "COMP", "BETWEEN") or c.number_ahead(j) for j in range(i + 1, i + 3))


def _old(c: Neighbours, i: int) -> bool:
    before = c.prev()
    if before == "AGEUNIT":
        return c.text[c.raw[i].start - 1] == "-"
    return before == "NUM" or (before == "UNIT" and c.out[-1].value in TIME_CODES)


def _within(c: Neighbours, i: int) -> bool:
    if c.is_time(i + 1) or (c.is_time(i + 2) and c.may(i + 1, "LIGHT", "LINK")):
        return True
    return c.time_ahead(i + 1) and (c.number_ahead(i + 1, 3) or (c.may(i + 1, "COMP") and c.number_ahead(i + 2, 3)))


def _lasting(c: Neighbours, i: int) -> bool:
    return (c.may(i + 1, "COMP") or c.number_ahead(i + 1, 2)) and c.time_ahead(i + 1, 6)


def _event_ahead(c: Neighbours, i: int) -> bool:
    """Whether an event comes next, or after `the`."""
    if c.may(i, "EVENT"):
        return True
    return c.may(i + 1, "EVENT") and c.may(i, "LIGHT") and c.written(c.raw[i]) in ("the", "this", "a")


def _before(c: Neighbours, i: int) -> bool:
    timed = c.prev() == "UNIT" and c.out[-1].value in TIME_CODES
    if c.written(c.raw[i]) in ("of", "from", "pre"):
        return timed and _event_ahead(c, i + 1)
    return timed or _event_ahead(c, i + 1)


def _since(c: Neighbours, i: int) -> bool:
    return _event_ahead(c, i + 1) or (c.prev() == "UNIT" and c.out[-1].value in TIME_CODES)


def _event_follows(c: Neighbours, i: int) -> bool:
    return _event_ahead(c, i + 1)


def _grade(c: Neighbours, i: int) -> bool:
    if c.number_ahead(i + 1, 3) or c.prev() in ("VAR", "NUM"):
        return True
    for j in range(i + 1, min(i + 5, len(c.raw))):
        if c.may(j, "COMP", "BETWEEN", "ROMAN", "NUM"):
            return True
        if not (c.may(j, "LINK", "LIGHT", "GRADE") or (c.raw[j].type == "MARK" and c.raw[j].value == "(")):
            return False
    return False


def _change(c: Neighbours, i: int) -> bool:
    if c.prev() in ("VAR", "CLOSE") and (c.may(i + 1, "COMP") or c.number_ahead(i + 1)):
        return True
    return any(c.may(j, "VAR") for j in range(i + 1, i + 3))


def _no_event(c: Neighbours, i: int) -> bool:
    """What follows `before` or `at` is the event where it may be one: `at the time of consent`."""
    return c.prev() not in _ANCHORS or not c.may(i, "EVENT")


def _variable(c: Neighbours, i: int) -> bool:
    """Words that name a variable and a concept are the variable only where a limit comes."""
    if not _no_event(c, i):
        return False
    token = c.raw[i]
    if c.written(token) in words("before_a_grade"):
        return _grade_letter(c, i + 1, str(token.roles.get("VAR")))
    if "CONCEPT" not in c.raw[i].roles:
        return True
    for j in range(i + 1, min(i + 6, len(c.raw))):
        if c.may(j, "COMP") and c.time_ahead(j + 1, 4):
            return False  # pain for more than 3 months
        if c.may(j, "COMP", "BETWEEN", "NUM", "GRADE") or (c.may(j, "ROMAN") and c.upper(c.raw[j])):
            return True
        if not (c.may(j, "LINK", "LIGHT", "ABOUT") or (c.raw[j].type == "MARK" and c.raw[j].value == "(")):
            return False
    return False


def _grade_letter(c: Neighbours, i: int, id_: str) -> bool:
    """Whether a capital letter that is a grade of the variable comes next: `Child B`."""
    variable = variables().get(id_)
    written = c.text[c.raw[i].start : c.raw[i].end] if i < len(c.raw) else ""
    return variable is not None and len(written) == 1 and written.isupper() and written.lower() in variable.grades


def _needs(c: Neighbours, i: int) -> bool:
    """Whether a word tells what something needs: names that only a dictionary has are not found yet."""
    return str(c.raw[i].roles.get("REL")) == "requiring"


def _relates(c: Neighbours, i: int) -> bool:
    """Whether there is something before it that may be related to what follows: `asthma requiring corticosteroids`."""
    back = c.out[-12:]
    if back and back[-1].type in ("COMMA", "SEMI", "OPEN"):
        back.pop()
    for token in reversed(back):
        if token.type in ("CONCEPT", "CLOSE", "VAR", "ATTEST") or (token.type == "FILLER" and _needs(c, i)):
            return True
        if token.type in _BREAKS:
            return False
    return False


def _another(c: Neighbours, i: int) -> bool:
    """`a second malignancy` is another one; `second generation antipsychotics` are of that name."""
    following = c.written(c.raw[i + 1]) if i + 1 < len(c.raw) else ""
    return c.written(c.raw[i]) not in name_words("ordinals") or following not in name_words("counted")


def _negation(c: Neighbours, i: int) -> bool:
    """`non` before a word that no phrase knows is part of that word."""
    token = c.raw[i]
    return c.written(token) != "non" or not c.may(i + 1, "WORD", "")


def _heads(c: Neighbours, i: int) -> bool:
    """`both AST and ALT`, `AST and ALT both < 3 x ULN`: two names with one limit are no list."""
    token = c.raw[i]
    if c.written(token) not in ("both", "either"):
        return True
    limit = c.prev() not in ("", "STOP", "SUBITEM") and c.text[c.raw[i].end : c.raw[i].end + 1] != ":"
    return not (c.may(i + 1, "VAR") or (limit and (c.may(i + 1, "COMP") or _linked(c, i + 1))))


def _linked(c: Neighbours, i: int) -> bool:
    """Whether a limit comes next, after a word such as `be`."""
    return c.number_ahead(i, 3) or (c.may(i, "LINK", "LIGHT") and c.may(i + 1, "COMP"))


def _found(c: Neighbours, i: int) -> bool:
    """`positive for HBsAg or HCV antibody`, `HIV antibody test positive`: whether a result is said of what is found."""
    return any(_result(c, i, step) for step in (-1, 1))


def _result(c: Neighbours, i: int, step: int) -> bool:
    """Whether a result stands on one side, with nothing but what is found, joins and small words between."""
    j = i + step
    while 0 <= j < len(c.raw):
        token = c.raw[j]
        said = c.written(token)
        if not words("results_of_tests").isdisjoint(said.replace("-", " ").split()):
            return True
        if step < 0 and "NEG" in token.roles:  # `negative for A`
            return said in words("negative_results")
        small = not any(map(str.isalnum, said)) and said not in (";", ".")
        if not (small or "FINDING" in token.roles or "CONCEPT" in token.roles or said in words("between_results")):
            return False
        j += step
    return False


def _kind_of(ids: object) -> str | None:
    return concepts().kind(str(ids).split("|")[0])


def _status(c: Neighbours, i: int) -> bool:
    """`infection with e.g. A`: a name before examples, no status; `diagnosis` is one only behind a name."""
    said = c.written(c.raw[i])
    for kind in ("condition", "procedure", "medication"):
        if said in words(f"behind_{kind}") and (c.prev() != "CONCEPT" or _kind_of(c.out[-1].value) != kind):
            return False
    comma = i + 1 < len(c.raw) and c.raw[i + 1].value == ","
    if not c.may(i + 1 + comma, "SUCH"):
        return True
    first = first_word(c.text, c.raw[i])
    return not first or "CONCEPT" not in first[0].roles


def _plainly_normal(c: Neighbours, i: int) -> bool:
    """`creatinine normal or clearance > 60`: whether nothing stands behind that could be what is normal."""
    j = i + 1
    return j >= len(c.raw) or c.may(j, "AND", "OR") or (c.raw[j].type == "MARK" and c.raw[j].value in ",;.)")


Test = Callable[[Neighbours, int], bool]
_NAMES: Final = frozenset(["VAR", "CONCEPT", "QUAL", "STATUS", "ATTEST"])
_ANCHORS: Final = frozenset(["BEFORE", "SINCE", "AT"])
_NUMBER: Final = frozenset(["NUM"])
_BREAKS: Final = frozenset(["COMMA", "SEMI", "STOP", "OPEN", "SUBITEM", "UNLESS", "EXCEPT", "IF"])

# Roles that tell what becomes of the raw tokens beside them; no token has one of them as its type.
_OF_RAW: Final = ("INCLUSIVE", "EXTREME", "METHOD", "BY_METHOD", "SCALE", "ON_SCALE", "OUT_OF", "RATIO")

# For each role that is not free: the types one of which must stand right before it, and what else it asks for.
ASKS: Final[dict[str, tuple[frozenset[str] | None, Test | None]]] = {
    "COMP": (None, _comparator),
    "AGECOMP": (None, lambda c, i: c.number_ahead(i + 1)),
    "AFTER": (NUMBER_END | {"QUAL", "CLOSE"}, _after),
    "AGEAFTER": (NUMBER_END | {"QUAL", "CLOSE"}, _after),
    "BETWEEN": (None, lambda c, i: c.number_ahead(i + 1) and c.range_ahead(i + 1)),
    "TO": (NUMBER_END, _to),
    "PLUSMINUS": (NUMBER_END, lambda c, i: c.number_ahead(i + 1, 1)),
    "TIMES": (frozenset(["NUM", "COMP"]), _times),
    "REF": (None, _reference),
    "FACTOR": (None, lambda c, i: c.multiplies(i)),
    "NUMBER": (None, _number_word),
    "ROMAN": (None, _roman),
    "AGEUNIT": (_NUMBER, None),
    "TIMEUNIT": (frozenset(["NUM", "WITHIN", "SKIP", "CLOSE"]), _time_unit),
    "BORN": (None, _born),
    "OLD": (frozenset(["AGEUNIT", "NUM", "UNIT"]), _old),
    "SCOREUNIT": (_NUMBER, None),
    "WITHIN": (None, _within),
    "LASTING": (None, _lasting),
    "EVENT": (_ANCHORS, None),
    "BEFORE": (None, _before),
    "SINCE": (None, _since),
    "AGO": (frozenset(["UNIT"]), lambda c, i: c.out[-1].value in TIME_CODES),
    "AT": (None, _event_follows),
    "EQUIV": (frozenset(["OPEN"]), lambda c, i: c.number_ahead(i + 1, 2)),
    "FOLLOWING": (None, _heads),
    "GRADE": (None, _grade),
    "CHANGE": (None, _change),
    "REL": (None, _relates),
    "OTHER": (None, _another),
    "NEG": (None, _negation),
    "STATUS": (None, _status),
    "PLAINNORMAL": (frozenset(["VAR"]), _plainly_normal),
    "FINDING": (None, _found),
    "VAR": (None, _variable),
    "CONCEPT": (None, _no_event),
    "ATTEST": (None, _no_event),
    "SLASH": (_NAMES, lambda c, i: c.may(i + 1, *_NAMES)),
    **dict.fromkeys(_OF_RAW, (frozenset(), None)),
    "ABOUT": (None, lambda c, i: c.number_ahead(i + 1, 1)),
}
TYPE: Final = {
    "FACTOR": "NUM",
    "NUMBER": "NUM",
    "ROMAN": "NUM",
    "TIMEUNIT": "UNIT",
    "SCOREUNIT": "UNIT",
    "SLASH": "OR",
    "PLAIN": "LIGHT",
    "ABOUT": "LIGHT",
    "REST": "LIGHT",
    "LINK": "LIGHT",
    "BORN": "LIGHT",
    "LOGIC": "FILLER",
    "FINDING": "CONCEPT",
    "PLAINNORMAL": "NORMAL",
}
