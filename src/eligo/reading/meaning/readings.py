"""The points where a sentence allows two readings: the alternatives by name, each with the likelier one taken first."""

from __future__ import annotations

from enum import Enum


class Alternative(Enum):
    """Where two readings part; the value says why, to the person who has to choose."""

    AND_EXCLUDES = "each condition may exclude, or only all of them together"
    AND_OR = "`and` and `or` stand beside each other: either may bind closer"
    TIME = "the time may hold for the whole list or for its last part"
    BEHIND = "what stands at the end may belong to the whole list or to its last part"
    JOINED_ON = "what is joined on may belong to the last fact before it, or to the whole clause"
    NEGATED_LIST = "the negation may hold for the whole list or for its first part"
    NEGATED_EXCLUSION = "an exclusion that is negated most likely means its opposite"
    QUALIFIER = "the word before the list may narrow all of it or only its first part"
    COMPLEMENT = "what the last name ends with may be said of the whole list"
    FIRST_WORD = "the first word of a name may belong to the name behind it too"
    NOUN = "the word before the choice may narrow the whole name behind it, or its noun alone"
    STATED = "the limits may say what the condition means, or be asked for besides it"
    TITLE = "what stands before the colon may be a title of what follows, or be asked for by itself"
    NARROWED = "the bracket may say what is meant, or ask for more"
    QUALIFIED = "the bracket may say what the word before the fact means, or be asked for besides"
    RESTATED = "the bracket may give the same limit on another scale, or be asked for besides"
    IN_BRACKET = "one of the limits in the bracket may be enough, or all of them may be meant"
    HEDGE = "the hedge may cover only its own clause, or the limits after it too"
    HEDGED_LIMIT = "the hedge may cover the limit, or the limit may hold wherever there is a value"
    COUNTED = "so many may be just as many, or at least as many"
    VALUES = "one of the values may be enough, or all of them may be meant"
    LASTED = "the length of time may be how long it went on, or how long ago it was"
    FOUND = "it may have been found in that time, or been there in that time"
    FREE = "the negation may ask for so long a time without it, or deny only what lasted so long"
    SO_LONG = "so long before may be within that time, or at least so long before"
    HAD = "who never had it may take part, or only who had it so long ago"
    PATIENTS = "what is said of these patients may be asked of them alone, or all may have to be such patients"
    WHOM = "those who are named first may be meant by the whole list, or by its first part alone"
    MEN = "what is said of men and women may narrow both, or the women alone"
    CONDITION = "the condition may hold for the whole list or for its last part"
    EXAMPLES = "the examples may be of what is taken out, or of what it is taken out of"
    EXCEPTION = "the time may hold for all of it, or only for what is taken out"


class Choices:
    """Which alternatives were met, and which of them are taken the less likely way."""

    def __init__(self, flipped: frozenset[Alternative] = frozenset()) -> None:
        self.flipped = flipped
        self.met: dict[Alternative, None] = {}

    def take(self, alternative: Alternative) -> bool:
        """Whether the likelier reading is taken; remembers that there was a choice."""
        self.met[alternative] = None
        return alternative not in self.flipped
