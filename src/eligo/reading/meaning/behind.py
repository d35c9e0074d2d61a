"""What stands behind a word of a unit, where that tells how the word is meant."""

from __future__ import annotations

from eligo.reading.meaning.facts import TREATMENTS
from eligo.reading.meaning.state import UnitState
from eligo.reading.tokens import Token
from eligo.vocabulary.concepts import concepts


def states_behind(state: UnitState, i: int) -> bool:
    """Whether what a person states comes behind: `unable to give consent`."""
    return any(isinstance(e, Token) and e.type == "ATTEST" for e in state.elements[i + 1 :])


def day_behind(state: UnitState, i: int, token: Token) -> bool:
    """`pain prior to zorblax`: a day that no data file knows, and no status of what follows."""
    behind = state.elements[i + 1 : i + 2]
    to = bool(behind) and isinstance(behind[0], Token) and state.written(behind[0]).lower().split()[0] == "to"
    return to and state.written(token).lower() == "prior"


def treatment_behind(state: UnitState, i: int) -> bool:
    """Whether the noun behind is of what is given or done: `exposure to statins`, but not `exposure to measles`."""
    nouns = [e for e in state.elements[i + 1 :] if isinstance(e, Token) and e.type == "CONCEPT"]
    found = concepts().get(str(nouns[0].value).split("|")[0]) if nouns else None
    return found is not None and found.kind in TREATMENTS
