"""Why a clause is not understood: a code for each kind of reason, and the words that are to blame.

exception, logic, somebody-else: a word that no rule used; unknown-words; number-without-name; side-not-said;
unit-does-not-fit; no-unit; name-without-limit; unclear-relation; time; bracket; unused-word. The list and item levels
add heading, second-sentence, negation, shared-words, and-in-exclusion, nothing-stated, too-long; sense.py adds
contradiction, idle, only-a-hedge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eligo.criteria import Span
from eligo.reading.splits import place
from eligo.reading.tokens import Token
from eligo.reading.tree import Limits

if TYPE_CHECKING:
    from eligo.reading.facts import ClauseState


TAINTING = frozenset(["others", "logic", "exceptions"])  # what such a word does may reach over the clauses after it
LOGIC_CODES = {"exceptions": "exception", "others": "somebody-else", "comparator": "logic", "logic": "logic"}


def reason_of(state: ClauseState) -> tuple[str, Span]:
    """Why the clause is not understood: a code, and the words that are to blame."""
    fillers = [e for e in state.residual if e.__class__ is Token and e.type == "FILLER"]
    if state.logic is not None:
        blamed = next(
            (
                e
                for e in state.residual
                if e.__class__ is Token
                and e.type in ("FILLER", "IF", "NEG")
                and (e.value == state.logic or e.type != "FILLER")
            ),
            state.residual[0],
        )
        return LOGIC_CODES[state.logic], place(blamed)
    if fillers:
        return "unknown-words", place(fillers[0])
    first = state.residual[0]
    if first.__class__ is Limits:
        if not state.context.names(first):
            return "number-without-name", place(first)
        if all(op == "eq" for limit in first.limits for op, _ in limit.bounds):
            return "side-not-said", place(first)
        written = any(amount.unit or amount.of for limit in first.limits for _, amount in limit.bounds)
        return ("unit-does-not-fit" if written else "no-unit"), place(first)
    if first.__class__ is Token:
        return {"VAR": "name-without-limit", "CONCEPT": "unclear-relation", "EVENT": "time", "AT": "time"}.get(
            first.type, "unused-word"
        ), place(first)
    return {"Window": "time", "Anchor": "time", "Bracket": "bracket"}.get(
        first.__class__.__name__, "unused-word"
    ), place(first)
