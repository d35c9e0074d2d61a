"""Why a unit is not understood: a code for each kind of reason, and the words that are to blame.

exception, logic, somebody-else: a word that no rule used; unknown-words; number-without-name; side-not-said;
unit-does-not-fit; no-unit; name-without-limit; unclear-relation; time; bracket; unused-word. The rules that join add
heading, second-sentence, negation, shared-words, and-in-exclusion, permission, nothing-stated, too-long; sense.py adds
contradiction, idle, only-a-hedge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.criteria import Span
from eligo.reading.meaning.context import Context, place
from eligo.reading.tokens import Token
from eligo.reading.tree import Anchor, Bracket, Element, Limits, TimeNode

_LOGIC: Final = {
    "exceptions": "exception",
    "others": "somebody-else",
    "comparator": "logic",
    "logic": "logic",
    "turning": "logic",
}
_OF_TOKEN: Final = {"VAR": "name-without-limit", "CONCEPT": "unclear-relation", "EVENT": "time", "AT": "time"}
_OF_NODE: Final[dict[type, str]] = {TimeNode: "time", Anchor: "time", Bracket: "bracket"}


def reason_of(residue: Sequence[Element], logic: str | None, context: Context) -> tuple[str, Span]:
    """A code, and the words that are to blame; `logic` is the weightiest word of logic among them."""
    fillers = [e for e in residue if isinstance(e, Token) and e.type == "FILLER"]
    if logic is not None:
        tokens = [e for e in residue if isinstance(e, Token) and (e.value == logic or e.type == "NEG")]
        return _LOGIC[logic], place(tokens[0] if tokens else residue[0])
    if fillers:
        return "unknown-words", place(fillers[0])
    first = residue[0]
    if isinstance(first, Limits):
        return _of_limits(first, context), place(first)
    if isinstance(first, Token):
        return _OF_TOKEN.get(first.type, "unused-word"), place(first)
    return _OF_NODE.get(first.__class__, "unused-word"), place(first)


def _of_limits(limits: Limits, context: Context) -> str:
    if not context.names(limits):
        return "number-without-name"
    if all(op == "eq" for limit in limits.limits for op, _ in limit.bounds):
        return "side-not-said"
    written = any(amount.unit or amount.of for limit in limits.limits for _, amount in limit.bounds)
    return "unit-does-not-fit" if written else "no-unit"
