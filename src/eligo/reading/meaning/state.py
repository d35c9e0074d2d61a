"""A unit while it is read: what it says so far, and what is not understood."""

from __future__ import annotations

from typing import Final

from eligo.criteria import DAYS_IN, Excepted, Predicate, Present, Span, Window
from eligo.reading.lexicon import PLAIN_STATUSES
from eligo.reading.meaning.context import Context
from eligo.reading.meaning.definitions import Gloss, glossed
from eligo.reading.meaning.joining import all_of, excludes, facts_of
from eligo.reading.meaning.modifiers import begun, fact_of, strongest
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import NONE, Anew, Bond, Modifiers
from eligo.reading.meaning.times import LONG, Time, both, time_of, window_for, window_of_value
from eligo.reading.roles import WEIGHT
from eligo.reading.tokens import Token
from eligo.reading.tree import Clause, Element, Limits, TimeNode

_SHORT: Final = 7  # days: nobody is excluded for what was at least so long ago


class UnitState:
    """The noun of a unit, its modifiers before and behind it, and the words that no rule has used."""

    def __init__(self, context: Context, node: Clause) -> None:
        self.context = context
        self.text = context.text
        self.elements = node.elements
        self.nouns: list[Predicate] = []  # what it says, in the order of the text
        self.ids: str | None = None  # of the fact among them
        self.fact_span: Span | None = None
        self.fact_at = 0  # its place among the nouns
        self.but_not: tuple[Excepted, ...] = ()
        self.statuses: list[str] = []
        self.qualifiers: list[str] = []
        self.adjectives: tuple[str, ...] = ()  # that are part of the name of the fact
        self.used = False  # a noun stands between its qualifiers and the fact: `chronic use of A`
        self.behind: list[str] = []  # qualifiers behind the fact
        self.negated = self.hedged = self.apart = self.past = False
        self.ended = False  # a word says that it is over
        self.stopped = False  # the word asks that it is no longer given: who never had it has nothing to stop
        self.anew: Anew = ""
        self.negated_at = -1  # where the negation stands
        self.early: Time | None = None  # a time before the fact
        self.in_front: Window | None = None  # the same, where it became that of the fact
        self.window: Window | None = None  # the time of the fact
        self.when: Time | None = None  # the same as it is written
        self.meanwhile = False  # `during the study` stands behind the fact
        self.own_time = False  # it stands in a bracket, and reaches no other fact
        self.since: Time | None = None
        self.sexes: list[Token] = []
        self.groups: list[Token] = []
        self.residue: list[Element] = []
        self.logic: str | None = None
        self.hedge: Span | None = None
        self.pair: str | None = None
        self.quantifier: str | int | None = None
        self.cited = False
        self.at_event = False
        self.own_words = 0  # modifiers before the fact
        self.bonds: list[Bond] = []  # that stand in a bracket
        self.examples: tuple[Predicate, ...] = ()
        self.defined: Predicate | None = None  # the fact whose meaning limits in a bracket tell
        self.gloss: Gloss | None = None  # other facts that stand in a bracket behind it

    def note_logic(self, word: str) -> None:
        """A word of logic is among what is not understood; the weightiest counts."""
        self.logic = max(self.logic, word, key=WEIGHT.index)

    def unused(self, element: Element, logic: str | None = None) -> None:
        """The element is not understood."""
        self.residue.append(element)
        if logic is not None:
            self.note_logic(logic)

    def time_of_fact(self, time: Time, node: Limits | TimeNode | None) -> bool:
        """Give the fact a time; whether it can have it."""
        assert self.ids is not None
        time = self.so_long(time)
        if self.stopped and time.op in LONG and not excludes(self.context, self.negated):
            self.since = time
            self.context.count(() if node is None else (node,), "modifier")
            return True
        window = self._window(time, self.ids.split("|")[0])
        made = both(self.window, window) if window is not None else None
        if made is None:
            return False
        if time.ahead:
            self.statuses.append("planned")
        self.when = None if self.window is not None else time
        self.window = made
        if node is not None:
            self.context.count((node,), "modifier")
        return True

    def so_long(self, time: Time) -> Time:
        """`surgery 4 weeks before enrollment`: within that time, or at least so long before; not where it is short."""
        if time.form != "timed" or time.op != "eq":
            return time
        excluding = excludes(self.context, self.negated)
        short = excluding and time.duration.value * DAYS_IN[time.duration.unit] <= _SHORT
        recent = short or excluding == self.context.take(Alternative.SO_LONG)
        return time._replace(op="le" if recent else "ge")

    def _window(self, time: Time, concept: str) -> Window | None:
        """`history of hepatitis > 6 months`: how long it went on, most likely, unless a word says that it is over."""
        over = window_for(time, concept, self.past or self.ended)
        lasted = window_for(time, concept, past=False)
        if time.form != "alone" or self.ended or lasted == over or time.op not in LONG:
            return over
        return lasted if self.context.take(Alternative.LASTED) else over

    def written(self, token: Token) -> str:
        """The token as it stands in the text."""
        return self.text[token.start : token.end]

    @property
    def last(self) -> Predicate | None:
        """What was said last."""
        return self.nouns[-1] if self.nouns else None

    def is_fact(self) -> bool:
        """Whether what was said last is the fact."""
        return self.ids is not None and self.fact_at == len(self.nouns) - 1

    def replace_last(self, body: Predicate) -> None:
        """Say something else in place of what was said last."""
        if self.is_fact():
            if isinstance(body, Present) and body.concept == self.ids:  # only the kinds that it is not are new
                self.but_not = body.but_not
                return
            self.ids = None
        self.nouns[-1] = body

    def made(self) -> Predicate:
        """What was said last, with its modifiers."""
        return self.fact() if self.is_fact() else self.nouns[-1]

    def narrow(self, node: Limits | TimeNode) -> bool:
        """Take a time that stands in a bracket; whether there was a fact for it."""
        time = time_of(node)
        taken = time is not None and self.is_fact() and self.time_of_fact(time, node)
        self.own_time = self.own_time or taken
        return taken

    def fact(self) -> Predicate:
        """The fact with its modifiers."""
        assert self.ids is not None
        assert self.fact_span is not None
        plain = not self.statuses and not self.qualifiers and not self.behind and not self.but_not
        if plain and self.window is None and self.gloss is None and "|" not in self.ids:
            return self.nouns[self.fact_at]
        modifiers = self._of_the_fact()
        made = fact_of(self.ids, modifiers, self.window, self.fact_span, self.context.kind, self.but_not)
        if self.window is not None:
            made = begun(made, self.statuses)
        if self.pair == "both" and "|" in self.ids and facts_of(made):  # `both hepatitis B and C`
            made = all_of(facts_of(made) or [])
        if self.gloss is None:
            return made
        return glossed(self.context, made, self.gloss, modifiers._replace(window=self.window), self.negated)

    def _of_the_fact(self) -> Modifiers:
        """What narrows the fact, before it and behind it."""
        qualifiers = (*self.qualifiers, *self.behind)
        others = [status for status in self.statuses if status != "waxing" and status not in PLAIN_STATUSES]
        if others and "waxing" in self.statuses:  # `suspected active lupus`
            return Modifiers(statuses=strongest(others), qualifiers=("active", *qualifiers))
        return Modifiers(statuses=strongest(self.statuses), qualifiers=qualifiers)

    def modifiers(self) -> Modifiers:
        """What stands before the noun."""
        if not (self.negated or self.hedged or self.statuses or self.qualifiers or self.early or self.in_front):
            return NONE
        early = self.so_long(self.early) if self.early is not None else None
        window = self.in_front
        if early is not None:
            window = window_of_value(early) if not early.ahead else Window(within=early.duration, anchor=early.anchor)
        ahead = ["planned"] if early is not None and early.ahead else []
        return Modifiers(self.negated, self.hedged, strongest([*self.statuses, *ahead]), tuple(self.qualifiers), window)
