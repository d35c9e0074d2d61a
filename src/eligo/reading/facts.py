"""One clause to what it says: facts with their status, qualifier and time, comparisons, attestations, and what was not understood."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    Attest,
    Compare,
    Limit,
    Not,
    OneOf,
    Predicate,
    Present,
    Span,
    Status,
    Unparsed,
    Window,
)
from eligo.reading.bind import Bound as BoundLimits
from eligo.reading.brackets import read_bracket
from eligo.reading.leaves import leaf_of, merged
from eligo.reading.lexicon import duration_of, words
from eligo.reading.splits import place
from eligo.reading.times import window_of
from eligo.reading.tokens import Token
from eligo.reading.tree import Anchor, Bracket, Choice, Clause, Limits
from eligo.reading.tree import Window as TimeNode
from eligo.vocabulary.concepts import concepts

_IGNORED = frozenset(["LIGHT", "TRAIL", "LEAD", "SKIP"])
_PLAIN_EVENTS = frozenset(["screening", "enrollment", "consent", "baseline", "randomization", "admission"])


@dataclass(slots=True)
class Piece:
    """What a clause says, before its leading negation, hedge or status is spread over the clauses that follow it."""

    predicate: Predicate | None
    span: Span | None
    kind: str  # fact, compare, attest, mixed, unparsed, empty
    negated: bool = False
    hedged: bool = False
    status: Status | None = None
    qualifier: str | None = None
    bare: bool = False  # one fact and no modifier of its own: it takes those of the clause before
    window: Window | None = None  # a time at the end that may hold for the facts before it too
    exception: bool = False  # a word such as `unless`: nothing of the sentence can be trusted
    concept: str | None = None
    continues: bool = False  # limits on a name of the clause before
    sex: str | None = None  # for whom the last limit holds
    tainted: bool = False  # not understood, and with a negation that may reach further
    several: bool = False  # more than one fact: what is joined on belongs to the last of them


@dataclass(slots=True)
class Fact:
    concept: str
    span: Span
    status: Status | None
    statuses: tuple[str, ...]
    qualifiers: list[str]
    window: Window | None = None

    def predicate(self, default: Status | None) -> Predicate:
        qualifier = " ".join(dict.fromkeys(self.qualifiers)) or None
        statuses = self.statuses or (self.status or default or "active",)
        made: list[Predicate] = [
            Present(concept, status, qualifier, self.window, span=self.span)  # type: ignore[arg-type]  # a status of the data file
            for concept in self.concept.split("|")
            for status in statuses
        ]
        return made[0] if len(made) == 1 else AnyOf(tuple(made))


class ClauseReader:
    """Reads the clauses of one item; it knows which limits are bound to which names."""

    def __init__(self, text: str, bound: list[BoundLimits], inner: Callable[[Any], Predicate]) -> None:
        self.text = text
        self.bound = {b.limits.span[0]: b for b in bound}
        self.named = sorted(name.span for b in bound for name in b.names)
        self.inner = inner  # reads what stands in a bracket
        self.notes: list[str] = []
        self.unknown: list[str] = []
        self.reasons: dict[Span, tuple[str, Span]] = {}  # what is not understood: why, and the words that are to blame

    def unparsed(self, span: Span, code: str, words: Span | None = None) -> Unparsed:
        """The text of a span as not understood, for a reason."""
        self.reasons[span] = (code, words or span)
        return Unparsed(self.text[span[0] : span[1]], span=span)

    def read(self, clause: Clause) -> Piece:
        """What the clause says."""
        return ClauseState(self, clause).read()

    def names(self, limits: Limits) -> bool:
        """Whether the limits have a name."""
        bound = self.bound.get(limits.span[0])
        return bound is not None and bool(bound.names)

    def tested(self, elements: Sequence[Any]) -> frozenset[str | None]:
        """The variables that the limits among the elements, brackets included, are on."""
        spans = [place(e) for e in elements if e.__class__ is not Token]
        return frozenset(
            name.variable for b in self.bound.values() for name in b.names if any(a <= b.limits.span[0] < z for a, z in spans)
        )

    def consumed(self, element: Any) -> bool:
        """Whether the element is (part of) the name of a limit."""
        if not self.named:
            return False
        start, end = place(element)
        i = bisect_right(self.named, (start, 1 << 60))
        near = self.named[max(0, i - 2) : i + 1]
        return any((a <= start and end <= b) or (start <= a and b <= end) for a, b in near)


class ClauseState:
    """The state of reading one clause, element by element."""

    def __init__(self, reader: ClauseReader, clause: Clause) -> None:
        self.reader = reader
        self.text = reader.text
        self.elements: Sequence[Any] = clause.elements
        self.atoms: list[Fact | Predicate] = []
        self.negative: list[Fact | Predicate] | None = None  # facts after a negation inside the clause
        self.residual: list[Any] = []
        self.logic: str | None = None
        self.negated = False
        self.hedged = False
        self.after_hedge: Span | None = None
        self.lead_status: tuple[str, ...] = ()
        self.statuses: tuple[str, ...] = ()
        self.qualifiers: list[str] = []
        self.sexes: list[str] = []
        self.window: Window | None = None
        self.trailing: Window | None = None
        self.joined = True  # a word such as `with` stands between the last fact and what comes
        self.cited = False  # what follows names a source ("according to ...")
        self.own = 0  # modifiers of the clause's own

    def read(self) -> Piece:
        """Go through the elements."""
        for i, element in enumerate(self.elements):
            if self.cited:
                continue
            if self.after_hedge is not None:
                self.after_hedge = (self.after_hedge[0], place(element)[1])
                continue
            kind = element.__class__
            if kind is Token:
                self._token(i, element)
            elif kind is Limits:
                self._limits(element)
            elif kind is TimeNode:
                self._time(element)
            elif kind is Bracket:
                read_bracket(self, i, element)
            elif kind is Anchor:
                if element.event not in _PLAIN_EVENTS or element.side not in ("AT",):
                    self.residual.append(element)
            elif kind is Choice:
                self.residual.append(element)
                self.logic = self.logic or "logic"
        return self._finish()

    # --- one element

    def target(self) -> list[Fact | Predicate]:
        return self.atoms if self.negative is None else self.negative

    def _token(self, i: int, token: Token) -> None:
        kind = token.type
        if kind in _IGNORED:
            if kind == "LIGHT" and self.text[token.start : token.end].lower() in words("joining"):
                self.joined = True
            return
        if kind == "CONCEPT":
            self._concept(token)
        elif kind == "ATTEST":
            self.target().append(Attest(token.value, span=(token.start, token.end)))
        elif kind == "NEG":
            self._negation(token)
        elif kind == "HEDGE":
            if self.atoms:
                self.after_hedge = (token.start, token.end)
            else:
                self.hedged = True
        elif kind == "STATUS":
            self._status(token)
        elif kind == "QUAL":
            self._qualifier(token)
        elif kind == "UNTESTED":
            self.reader.notes.append(f"`{self.text[token.start : token.end]}` is not tested")
        elif kind == "SEX":
            self.sexes.append(token.value)
        elif kind == "IF":
            if self._anything():
                self.logic = "exceptions"
                self.residual.append(token)
        elif kind == "AFTER" and self.qualifiers and token.value in ("le", "ge"):
            self.qualifiers.append(f"or {'lower' if token.value == 'le' else 'higher'}")
        elif kind == "CITE" and not any(e.__class__ is not Token or e.value for e in self.elements[i + 1 :] if e.__class__ is not Token or e.type == "FILLER"):
            self.cited = True
            self.reader.notes.append(f"`{self.text[token.start : place(self.elements[-1])[1]]}` names a source and is not tested")
        elif kind == "CHANGE":
            if not any(e.__class__ is Token and self.reader.consumed(e) for e in self.elements[i + 1 : i + 4]):
                self.residual.append(token)
        elif (kind == "GRADE" and any(e.__class__ is Limits and self.reader.names(e) for e in self.elements)) or (kind == "VAR" and token.value in self.reader.tested(self.elements)):
            pass
        elif not self.reader.consumed(token):
            self.residual.append(token)
            if kind == "FILLER" and token.value:
                self._logic(token.value)
        elif kind == "FILLER" and token.value:
            self._logic(token.value)
            self.residual.append(token)

    def _logic(self, word: str) -> None:
        self.logic = max(self.logic, word, key=("", None, "others", "logic", "exceptions").index)

    def _anything(self) -> bool:
        return bool(self.atoms or self.negative or self.residual)

    def _negation(self, token: Token) -> None:
        if "history" in self.text[token.start : token.end].lower():
            self.lead_status = self.statuses = ("history",)
        if not self.atoms and self.negative is None and not self.residual:
            self.negated = not self.negated
        elif self.negative is None:
            self.negative = []
            self.joined = True
        else:
            self.logic = self.logic or "logic"
            self.residual.append(token)

    def _status(self, token: Token) -> None:
        statuses = tuple(str(token.value).split("|"))
        if statuses == ("active",) and self.statuses not in ((), ("active",)):
            return  # `history of known ...`
        self.own += not self.atoms
        if not self.atoms and not self.lead_status:
            self.lead_status = statuses
        self.statuses = statuses
        self.joined = True

    def _qualifier(self, token: Token) -> None:
        last = self.last_fact()
        after = self._next_name(token)
        if last is not None and not after:
            last.qualifiers.append(token.value)
        else:
            self.qualifiers.append(token.value)

    def _next_name(self, token: Token) -> bool:
        return any(
            e.__class__ is Token and e.type in ("CONCEPT", "VAR", "FILLER") and e.start > token.start for e in self.elements
        )

    def last_fact(self) -> Fact | None:
        target = self.target()
        return target[-1] if target and isinstance(target[-1], Fact) else None

    def _concept(self, token: Token) -> None:
        if self._graded(token):
            return
        if self.reader.consumed(token):
            return
        target = self.target()
        if target and not self.joined:
            self.residual.append(token)
            return
        statuses = self.statuses
        status: Status | None = statuses[0] if statuses else None  # type: ignore[assignment]  # a key of `statuses`
        fact = Fact(token.value, (token.start, token.end), status, statuses, self.qualifiers, self.window)
        self.qualifiers, self.statuses, self.window = [], (), None
        self.joined = False
        target.append(fact)

    def _graded(self, token: Token) -> bool:
        """`moderate or lower ascites`: a graded concept is a limit on its grade."""
        labels = [q for q in self.qualifiers if q not in ("or lower", "or higher")]
        bound = [q for q in self.qualifiers if q in ("or lower", "or higher")]
        if not bound or not labels:
            return False
        found = concepts().find_graded(f"{labels[-1]} {self.text[token.start : token.end]}")
        if found is None:
            return False
        grade = found[2]
        value = grade if isinstance(grade, int | float) else (grade[1] if bound[0] == "or lower" else grade[0])
        op = "le" if bound[0] == "or lower" else "ge"
        self.target().append(Compare(found[1], (Limit(op, value),), span=(token.start, token.end)))  # type: ignore[arg-type]
        self.qualifiers = []
        return True

    def _limits(self, limits: Limits) -> None:
        bound = self.reader.bound.get(limits.span[0])
        if bound is None or not bound.names:
            window = window_of("timed", limits, None, None)
            last = self.last_fact()
            if window is not None and window.lasting is not None and last is not None and limits.limits[0].form != "bare":
                last.window = window
                return
            self.residual.append(limits)
            return
        leaf = leaf_of(bound, self.text)
        if leaf is None:
            self.residual.append(limits)
            return
        for name in bound.names:
            if name.variable is None:
                self.reader.unknown.append(self.text[name.span[0] : name.span[1]])
        if self.window is not None and isinstance(leaf, Compare):
            leaf, self.window = replace(leaf, window=self.window), None
        self.target().append(leaf)
        self.joined = True

    def _time(self, node: TimeNode) -> None:
        bound = self.reader.bound.get(node.limits.span[0]) if node.limits is not None else None
        if bound is not None and bound.names:
            self._limits(bound.limits)
            return
        window = window_of(node.form, node.limits, node.unit, node.anchor)
        if window is None:
            self.residual.append(node)
            return
        target = self.target()
        if not target:
            self.window = window
            return
        last = target[-1]
        if isinstance(last, Fact):
            last.window = _both(last.window, window)
            self.trailing = window
        elif isinstance(last, Compare):
            target[-1] = replace(last, window=window)
            self.trailing = window
        elif isinstance(last, Attest):  # what a person states includes its time
            self._duration(last, window)
        else:
            self.residual.append(node)

    def _duration(self, attest: Attest, window: Window) -> None:
        variable = duration_of(attest.topic)
        if variable is not None and window.lasting is not None:
            limit = Limit(window.lasting.op, window.lasting.duration.value, window.lasting.duration.unit)
            self.target().append(Compare(variable, (limit,), span=attest.span))

    # --- brackets

    def narrow(self, node: TimeNode) -> bool:
        """Take a time that stands in a bracket; whether there was a fact for it."""
        last = self.last_fact()
        if last is None:
            return False
        self._time(node)
        return True

    # --- the end

    def _finish(self) -> Piece:
        spans = [place(e) for e in self.elements if not (e.__class__ is Token and e.type == "LIGHT" and not self.text[e.start].isalnum())]
        spans = spans or [place(e) for e in self.elements]
        span = (spans[0][0], spans[-1][1]) if spans else None
        if self.statuses and self.last_fact() is not None and not self.last_fact().statuses:  # type: ignore[union-attr]
            fact = self.last_fact()
            assert fact is not None
            fact.statuses, fact.status = self.statuses, self.statuses[0]  # type: ignore[assignment]
        if self.qualifiers or self.window is not None:
            self._leftover()
        positive = _ranges([self.made(a) for a in self.atoms])
        if self.negative is not None:
            made = [self.made(a) for a in self.negative]
            if made:
                positive.append(Not(_join(made)))
            else:
                self.residual.append(self.elements[-1])
        positive = self._with_sex(positive)
        if self.after_hedge is not None:
            positive.append(Always(self.text[self.after_hedge[0] : self.after_hedge[1]], span=self.after_hedge))
        return self._piece(positive, span)

    def _leftover(self) -> None:
        """A qualifier or time that found nothing to narrow."""
        if self.window is not None or not self.atoms:
            self.residual.extend(e for e in self.elements if e.__class__ is TimeNode or (e.__class__ is Token and e.type == "QUAL"))

    def made(self, atom: Fact | Predicate) -> Predicate:
        return atom.predicate(None) if isinstance(atom, Fact) else atom

    def _one_sex(self) -> str | None:
        sexes = set(self.sexes)
        return sexes.pop() if len(sexes) == 1 else None

    def _with_sex(self, positive: list[Predicate]) -> list[Predicate]:
        sexes = set(self.sexes)
        if len(sexes) != 1 or any(isinstance(a, Attest) for a in self.atoms):
            return positive
        sex = sexes.pop()
        stated = [a for a in self.atoms if isinstance(a, Fact)]
        if stated and all((concept := concepts().get(f.concept)) is not None and concept.sex == sex for f in stated):
            return positive
        token = next(e for e in self.elements if e.__class__ is Token and e.type == "SEX")
        return [OneOf("sex", (sex,), span=(token.start, token.end)), *positive]

    def _piece(self, positive: list[Predicate], span: Span | None) -> Piece:
        exception = self.logic == "exceptions"
        if not positive and not self.residual:
            empty = not (self.negated or self.hedged or self.lead_status)
            return Piece(None, span, "empty", self.negated, self.hedged, self._lead(), bare=empty)
        assert span is not None
        if self.residual:
            code, blamed = self._reason()
            compares = bool(positive) and all(isinstance(p, Compare | OneOf | AllOf | AnyOf | Attest) for p in positive)
            attested = any(isinstance(p, Attest) for p in positive)
            if attested and self.logic in (None, "others") and all(isinstance(p, Attest | Compare) for p in positive):
                return Piece(_join(positive), span, "attest", self.negated, self.hedged, self._lead())
            if self.logic or not compares or attested:
                tainted = bool(self.logic) or any(e.__class__ is Token and e.type == "NEG" for e in self.elements)
                hedged = self.hedged and not self.logic
                whole = self.reader.unparsed(span, code, blamed)
                return Piece(whole, span, "unparsed", False, hedged, exception=exception, tainted=tainted)
            rest = (place(self.residual[0])[0], place(self.residual[-1])[1])
            left = self.reader.unparsed(rest, code, blamed)
            return Piece(AllOf((*positive, left)), span, "mixed", self.negated, self.hedged, exception=exception, continues=self._continues())
        kind = "fact" if all(isinstance(a, Fact) for a in self.atoms) and self.atoms else "compare"
        if any(isinstance(a, Attest) for a in self.atoms):
            kind = "attest"
        only = self.atoms[0] if len(self.atoms) == 1 and self.negative is None else None
        bare = isinstance(only, Fact) and not self.negated and not self.hedged and not self.own and not self.sexes
        concept = only.concept if isinstance(only, Fact) else None
        qualifier = " ".join(only.qualifiers) if isinstance(only, Fact) and only.qualifiers else None
        return Piece(
            _join(positive), span, kind, self.negated, self.hedged, self._lead(), qualifier, bare, self.trailing, exception, concept, self._continues(), self._one_sex(), several=len(self.atoms) > 1 and self.negative is None and isinstance(self.atoms[-1], Fact),
        )

    def _continues(self) -> bool:
        """Whether all limits of the clause are on a name that stands before it."""
        limits = [e for e in self.elements if e.__class__ is Limits]
        first = place(self.elements[0])[0]
        bound = [self.reader.bound.get(e.span[0]) for e in limits]
        return bool(limits) and all(b is not None and b.names and b.names[0].span[1] <= first for b in bound)

    def _reason(self) -> tuple[str, Span]:
        """Why the clause is not understood: a code, and the words that are to blame."""
        fillers = [e for e in self.residual if e.__class__ is Token and e.type == "FILLER"]
        if self.logic is not None:
            blamed = next((e for e in self.residual if e.__class__ is Token and e.type in ("FILLER", "IF", "NEG") and (e.value == self.logic or e.type != "FILLER")), self.residual[0])
            return {"exceptions": "exception", "others": "somebody-else"}.get(self.logic, "logic"), place(blamed)
        if fillers:
            return "unknown-words", place(fillers[0])
        first = self.residual[0]
        if first.__class__ is Limits:
            return ("unit-does-not-fit" if self.reader.names(first) else "number-without-name"), place(first)
        if first.__class__ is Token:
            return {"VAR": "name-without-limit", "CONCEPT": "unclear-relation", "EVENT": "time", "AT": "time"}.get(first.type, "unused-word"), place(first)
        return {"Window": "time", "Anchor": "time", "Bracket": "bracket"}.get(first.__class__.__name__, "unused-word"), place(first)

    def _lead(self) -> Status | None:
        return self.lead_status[0] if self.lead_status else None  # type: ignore[return-value]  # a key of `statuses`


def _ranges(parts: list[Predicate]) -> list[Predicate]:
    """`18 <= age <= 70`: two limits on one variable next to each other are one range."""
    if len(parts) != 2 or not all(isinstance(p, Compare) and p.variable is not None for p in parts):
        return parts
    first, second = parts
    same = isinstance(first, Compare) and isinstance(second, Compare) and first.variable == second.variable
    both = merged(parts) if same else None
    return [both] if both is not None else parts


def _join(parts: list[Predicate]) -> Predicate:
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _both(first: Window | None, second: Window) -> Window:
    if first is None:
        return second
    return Window(
        second.within or first.within, second.ago or first.ago, second.lasting or first.lasting, second.anchor
    )
