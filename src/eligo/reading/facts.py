"""One clause to what it says: facts with their times, comparisons, attestations, and what is not understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from eligo.criteria import (
    MEASURING,
    AllOf,
    Always,
    AnyOf,
    Attest,
    Compare,
    Limit,
    OneOf,
    Predicate,
    Span,
    Status,
    Window,
    leaves,
)
from eligo.reading.brackets import read_bracket
from eligo.reading.choices import without
from eligo.reading.context import ItemContext
from eligo.reading.leaves import leaf_of
from eligo.reading.lexicon import duration_of
from eligo.reading.pieces import Fact, Piece, both_windows, join_parts, merge_ranges
from eligo.reading.reasons import LOGIC_CODES, TAINTING, reason_of
from eligo.reading.roles import WEIGHT
from eligo.reading.splits import place
from eligo.reading.times import window_of
from eligo.reading.tokens import Token
from eligo.reading.tree import Anchor, Bracket, Choice, Clause, Element, Limits
from eligo.reading.tree import Window as TimeNode
from eligo.reading.words_in_clause import ClauseWords
from eligo.vocabulary.concepts import concepts

if TYPE_CHECKING:
    from eligo.reading.meaning import Reader

_FACTOR = re.compile(r"[x\u00d7](?![a-wyz])|x(?=upper|uln|lower|lln|normal|institution)|times\b|fold\b")
_SILENT = frozenset(["LIGHT", "FILLER", "CONCEPT", "STATUS", "QUAL", "NEG", "TRAIL", "LEAD", "EVENT", "GRADE", "SKIP"])
_MODIFIERS = frozenset(["QUAL", "STATUS"])
_SEVERAL = frozenset(["CONCEPT", "STATUS"])  # that may name more than one thing, and are read apart then
_PLAIN_EVENTS = frozenset(["screening", "enrollment", "consent", "baseline", "randomization", "admission"])


def read_clause(reader: Reader, clause: Clause) -> Piece:
    """What one clause says."""
    return _unknown(reader.context, clause) or ClauseState(reader, clause).read()


def _unknown(context: ItemContext, clause: Clause) -> Piece | None:
    """The piece of a clause that holds only words, one of them known to nobody, the shortest way."""
    elements = clause.elements
    kinds = [e.type if e.__class__ is Token else "" for e in elements]
    if "FILLER" not in kinds or not _SILENT.issuperset(kinds):
        return None
    negations = kinds.count("NEG")
    if "CONCEPT" in kinds and (
        context.named or negations > 1 or any(e.type in _SEVERAL and "|" in e.value for e in elements)
    ):
        return None
    unknown = [e for e in elements if e.type == "FILLER"]
    if context.named and any(context.consumed(e) for e in unknown):
        return None
    blamed = max(unknown, key=lambda e: WEIGHT.index(e.value))
    logic = blamed.value
    span = _extent(elements, context.text)
    assert span is not None
    code = LOGIC_CODES.get(logic or "", "unknown-words")
    tainted = logic in TAINTING or negations > 0
    whole = context.unparsed(span, code, (blamed.start, blamed.end))
    return Piece(whole, span, "unparsed", exception=logic == "exceptions", tainted=tainted)


def _extent(elements: Sequence[Element], text: str) -> Span | None:
    """From the first to the last element that is more than a mark."""
    more = [e for e in elements if e.__class__ is not Token or e.type != "LIGHT" or text[e.start].isalnum()] or elements
    return (place(more[0])[0], place(more[-1])[1]) if more else None


def _modifiers(elements: Sequence[Element]) -> tuple[tuple[str, str], ...]:
    """The words that narrow a noun, of a clause that has nothing else."""
    found = tuple((e.type, e.value) for e in elements if e.__class__ is Token and e.type in _MODIFIERS)
    return found if len(found) == len(elements) else ()


class ClauseState(ClauseWords):
    """Reads one clause, element by element."""

    def read(self) -> Piece:
        """Go through the elements."""
        for i, element in enumerate(self.elements):
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
                if element.event not in _PLAIN_EVENTS or element.side != "AT":
                    self.residual.append(element)
            elif kind is Choice:
                self.residual.append(element)
                self.logic = self.logic or "logic"
            if self.cited or self.after_hedge is not None:  # what follows is part of it
                break
        if self.after_hedge is not None:
            self.after_hedge = (self.after_hedge[0], place(self.elements[-1])[1])
        return self._finish()

    # --- one element

    def _limits(self, limits: Limits) -> None:
        bound = self.context.bound.get(limits.span[0])
        if bound is None or not bound.names:
            window = window_of("timed", limits, None, None)
            last = self.last_fact()
            if (
                window is not None
                and window.lasting is not None
                and last is not None
                and limits.limits[0].form != "bare"
            ):
                last.window = window
                return
            self.residual.append(limits)
            return
        leaf = leaf_of(bound, self.text, self.reader.several) if not self._multiplied(limits) else None
        if leaf is None:
            self.residual.append(limits)
            return
        for name in bound.names:
            if name.variable is None and any(isinstance(x, MEASURING) and not x.variable for x in leaves(leaf)):
                self.context.unknown.append(self.text[name.span[0] : name.span[1]])
        if self.window is not None and isinstance(leaf, Compare):
            leaf, self.window = replace(leaf, window=self.window), None
        self.target().append(leaf)
        self.joined = True

    def _multiplied(self, limits: Limits) -> bool:
        """`1.5 x something`: a factor of what is not understood is no limit."""
        after = self.text[limits.span[1] : limits.span[1] + 12].lstrip(" -*").lower()
        return bool(_FACTOR.match(after)) and all(a.of is None for _, a in limits.limits[-1].bounds)

    def _time(self, node: TimeNode) -> None:
        bound = self.context.bound.get(node.limits.span[0]) if node.limits is not None else None
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
            both = both_windows(last.window, window)
            if both is None:
                self.residual.append(node)
                return
            last.window = both
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
        span = _extent(self.elements, self.text)
        if self.statuses and self.last_fact() is not None and not self.last_fact().statuses:  # type: ignore[union-attr]
            fact = self.last_fact()
            assert fact is not None
            fact.statuses, fact.status = self.statuses, self.statuses[0]  # type: ignore[assignment]
        if self.qualifiers or self.window is not None:
            self._leftover()
        positive = merge_ranges([self.made(a) for a in self.atoms])
        if self.negative is not None:
            made = [self.made(a) for a in self.negative]
            if made:
                positive.append(without(join_parts(made), self.reader.choices))
            else:
                self.residual.append(self.elements[-1])
        positive = self._with_sex(positive)
        if self.after_hedge is not None:
            positive.append(Always(self.text[self.after_hedge[0] : self.after_hedge[1]], span=self.after_hedge))
        return self._piece(positive, span)

    def _leftover(self) -> None:
        """A qualifier or time that found nothing to narrow."""
        if self.window is not None or not self.atoms:
            self.residual.extend(
                e for e in self.elements if e.__class__ is TimeNode or (e.__class__ is Token and e.type == "QUAL")
            )

    def made(self, atom: Fact | Predicate) -> Predicate:
        return atom.predicate(None) if isinstance(atom, Fact) else atom

    def _one_sex(self) -> str | None:
        sexes = set(self.sexes)
        return sexes.pop() if len(sexes) == 1 else None

    def _with_sex(self, positive: list[Predicate]) -> list[Predicate]:
        if not self.sexes:
            return positive
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
            modifiers = _modifiers(self.elements)  # `active or chronic infection`
            return Piece(None, span, "empty", self.negated, self.hedged, self._lead(), bare=empty, modifiers=modifiers)
        assert span is not None
        if self.residual:
            code, blamed = reason_of(self)
            compares = bool(positive) and all(isinstance(p, (Compare, OneOf, AllOf, AnyOf, Attest)) for p in positive)
            attested = any(isinstance(p, Attest) for p in positive)
            if attested and self.logic in (None, "others") and all(isinstance(p, (Attest, Compare)) for p in positive):
                return Piece(join_parts(positive), span, "attest", self.negated, self.hedged, self._lead())
            if self.logic or not compares or attested:
                tainted = self.logic in TAINTING or any(e.__class__ is Token and e.type == "NEG" for e in self.elements)
                hedged = self.hedged and not self.logic
                whole = self.context.unparsed(span, code, blamed)
                modifiers = _modifiers(self.elements)
                piece = Piece(
                    whole, span, "unparsed", False, hedged, exception=exception, tainted=tainted, modifiers=modifiers
                )
                piece.timed = any(e.__class__ is TimeNode for e in self.elements)
                piece.window = self._time_at_the_end() if piece.timed else None
                return piece
            rest = (place(self.residual[0])[0], place(self.residual[-1])[1])
            left = self.context.unparsed(rest, code, blamed)
            return Piece(
                AllOf((*positive, left)),
                span,
                "mixed",
                self.negated,
                self.hedged,
                exception=exception,
                continues=self._continues(),
            )
        kinds = {a.__class__ for a in self.atoms}
        kind = "attest" if Attest in kinds else "fact" if kinds == {Fact} else "compare"
        only = self.atoms[0] if len(self.atoms) == 1 and self.negative is None else None
        bare = isinstance(only, Fact) and not self.negated and not self.hedged and not self.own and not self.sexes
        concept = only.concept if isinstance(only, Fact) else None
        qualifier = " ".join(only.qualifiers) if isinstance(only, Fact) and only.qualifiers else None
        return Piece(
            join_parts(positive),
            span,
            kind,
            self.negated,
            self.hedged,
            self._lead(),
            qualifier,
            bare,
            self.trailing,
            exception,
            concept,
            self._continues(),
            self._one_sex() if self.sexes else None,
            hedge_last=self.after_hedge is not None,
            several=len(self.atoms) > 1 and self.negative is None and isinstance(self.atoms[-1], Fact),
        )

    def _time_at_the_end(self) -> Window | None:
        """The time with which a clause ends that is not understood: it may hold for the facts before it too."""
        window = (self.trailing or self.window) if self.elements[-1].__class__ is TimeNode else None
        return window if window is not None and window.within is not None else None

    def _continues(self) -> bool:
        """Whether all limits of the clause are on a name that stands before it."""
        if not self.context.bound:
            return False
        limits = [e for e in self.elements if e.__class__ is Limits]
        first = place(self.elements[0])[0]
        bound = [self.context.bound.get(e.span[0]) for e in limits]
        return bool(limits) and all(b is not None and b.names and b.names[0].span[1] <= first for b in bound)

    def _lead(self) -> Status | None:
        return self.lead_status[0] if self.lead_status else None  # type: ignore[return-value]  # a key of `statuses`
