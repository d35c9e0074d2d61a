"""The clauses of a list to one predicate: how far negations, hedges and times reach, and what `and` and `or` join."""

from __future__ import annotations

from dataclasses import replace

from eligo.criteria import (
    MEASURING,
    AllOf,
    Always,
    AnyOf,
    Attest,
    Compare,
    Not,
    OneOf,
    Predicate,
    Present,
    Span,
    Unparsed,
    leaves,
)
from eligo.reading.choices import Choices, without
from eligo.reading.context import ItemContext
from eligo.reading.lexicon import measured_by, words
from eligo.reading.pieces import Piece, any_fact, span_of_all, undated, with_noun
from eligo.reading.sexes import all_of, any_of, for_each_sex, of_both_sexes
from eligo.truth import Kind
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

Marks = list[tuple[str, str]]  # between two clauses: `,` or nothing, and the word (and, or) or nothing


def _category(predicate: Predicate) -> str:
    kinds = {
        "fact" if isinstance(leaf, Present) else "attest" if isinstance(leaf, Attest) else "limit"
        for leaf in leaves(predicate)
    }
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _without_of(pieces: list[Piece], marks: Marks) -> tuple[list[Piece], Marks]:
    """`no history of or known A`: a negation without its noun takes that of the clause after it."""
    if pieces[0].kind != "empty" or not pieces[0].negated or marks[0] != ("", "or"):
        return pieces, marks
    first, second, *rest = pieces
    if second.negated or second.kind != "fact" or not isinstance(second.predicate, Present):
        return pieces, marks
    fact = second.predicate
    if first.status == "history" and fact.status == "active":  # what was ever there is there now, too
        fact = replace(fact, status="history")
    return [replace(second, predicate=fact, negated=True), *rest], marks[1:]


class ListReader:
    """Joins the clauses of a list."""

    def __init__(self, text: str, kind: Kind, choices: Choices, context: ItemContext) -> None:
        self.text = text
        self.kind = kind
        self.choices = choices
        self.context = context
        self.named: list[int] = []  # where concepts and variables stand
        self.sexes: list[int] = []  # where men and women do
        self.depth = 0  # brackets: what stands in one narrows what is before it

    def pieces(self, pieces: list[Piece], marks: Marks) -> Predicate:
        """What the clauses of a list say together."""
        if len(pieces) == 1:
            return self._wrapped(pieces)
        pieces, marks = self._objects(*self._absorbed(*_without_of(pieces, marks)))
        pieces, marks = self._by_sex(pieces, marks)
        if self._half_the_patients(pieces):
            return self.unparsed(span_of_all(pieces), "unclear-relation")
        pieces, marks = self._of_one_time(pieces, marks)
        self._spread(pieces, marks)
        return self._joined(pieces, marks)

    def unparsed(self, span: Span | None, code: str, words: Span | None = None) -> Predicate:
        if span is None:
            span = (0, len(self.text))
        return self.context.unparsed(span, code, words)

    def default(self, parts: list[Predicate]) -> Predicate:
        """A list that does not say how it joins: each item of an exclusion excludes, an inclusion asks for all."""
        if self.kind != "exclusion" or (self.depth and not self._apart(parts)):
            return all_of(parts)
        return any_of(parts)

    def _apart(self, parts: list[Predicate]) -> bool:
        """`Severe renal disease (creatinine > 2 mg/dL, eGFR < 30)`: most likely each limit is enough."""
        limits = [p for p in parts if isinstance(p, Compare)]
        if len(limits) < len(parts) or len({p.variable or p.name for p in limits}) < len(parts):
            return False
        why = "one of the limits in the bracket may be enough, or all of them may be meant"
        return self.choices.take("bracket", why)

    def _absorbed(self, pieces: list[Piece], marks: Marks) -> tuple[list[Piece], Marks]:
        """What a person states takes in the words around it that are not understood; an opinion takes in all.

        Where a fact stands beside it, it takes in nothing: the fact alone would decide for all that is left out.
        """
        attested = [p for p in pieces if p.kind == "attest"]
        if not attested:
            return pieces, marks
        judged = any(
            isinstance(leaf, Attest) and leaf.topic in words("judgements")
            for p in attested
            if p.predicate
            for leaf in leaves(p.predicate)
        )
        kept = [
            p for p in pieces if p.kind == "attest" or p.hedged or not (judged or p.kind == "empty" or self._idle(p))
        ]
        if judged and len(kept) > 1:
            kept = [next(p for p in kept if p.predicate is not None)]
        if len(kept) == len(pieces) or any_fact(kept):
            return pieces, marks
        places = [i for i, p in enumerate(pieces) if any(p is k for k in kept)]
        return kept, [marks[i - 1] for i in places[1:]]

    def _idle(self, piece: Piece) -> bool:
        """Whether a clause is not understood and names nothing of the patient."""
        start, end = piece.span or (0, 0)
        return piece.kind == "unparsed" and not piece.tainted and not any(start <= place < end for place in self.named)

    def _objects(self, pieces: list[Piece], marks: Marks) -> tuple[list[Piece], Marks]:
        """`allergy to aspirin or heparin`: a bare fact after words that were not understood may be their object."""
        kept: list[Piece] = []
        between: Marks = []
        for i, piece in enumerate(pieces):
            slash = i > 0 and self._slashed(pieces[i - 1], piece)
            bare = piece.bare and not piece.qualifier
            if kept and (kept[-1].hedge_last or kept[-1].hedged) and self._under_hedge(kept, piece, marks[i - 1]):
                continue
            object_of = bool(kept) and kept[-1].kind == "unparsed" and (bare or kept[-1].tainted) and not piece.negated
            after_several = bool(kept) and kept[-1].several and piece.bare
            if after_several and not marks[i - 1][0] and self._attach(kept, piece, marks[i - 1][1]):
                continue
            head_of = slash and piece.kind == "unparsed"
            tangled = after_several and bool(marks[i - 1][0])  # `cirrhosis with ascites, jaundice`
            # `severe active or chronic infections`: the first word may narrow both, and the noun is the second's.
            elliptic = bool(kept) and len(kept[-1].modifiers) > 1 and piece.kind != "unparsed"
            if kept and (both := with_noun(kept[-1], piece, marks[i - 1])) is not None:
                kept[-1] = both
                continue
            if (object_of or head_of or tangled or elliptic) and kept[-1].span and piece.span:
                span = (kept[-1].span[0], piece.span[1])
                kept[-1] = Piece(
                    self.unparsed(span, "shared-words", piece.span), span, "unparsed", exception=piece.exception
                )
                kept[-1].window, kept[-1].timed = piece.window, piece.timed
                continue
            if kept:
                between.append(marks[i - 1])
            kept.append(piece)
        return kept, between

    def _under_hedge(self, kept: list[Piece], piece: Piece, mark: tuple[str, str]) -> bool:
        """`with or without ascites or jaundice`: what is joined on without a comma restricts nothing either."""
        before = kept[-1]
        plain = piece.bare or (piece.kind == "unparsed" and not piece.tainted and not piece.exception)
        if mark[0] or not plain or not before.span or not piece.span:
            return False
        if before.hedged and piece.kind == "unparsed":
            kept[-1] = replace(before, span=(before.span[0], piece.span[1]))
            return True
        if not before.hedge_last or not isinstance(before.predicate, AllOf):
            return False
        *rest, last = before.predicate.parts
        if not isinstance(last, Always) or last.span is None:
            return False
        span = (last.span[0], piece.span[1])
        hedge = Always(self.text[span[0] : span[1]], span=span)
        kept[-1] = replace(before, predicate=all_of([*rest, hedge]), span=(before.span[0], piece.span[1]))
        return True

    def _attach(self, kept: list[Piece], piece: Piece, word: str) -> bool:
        """`cirrhosis with ascites or encephalopathy`: the last fact of the clause before has an alternative."""
        before = kept[-1]
        if not isinstance(before.predicate, AllOf) or piece.predicate is None or before.negated or before.hedged:
            return False
        if not self.choices.take(
            "attach", "what is joined on may belong to the last fact before it, or to the whole clause"
        ):
            return False
        *rest, last = before.predicate.parts
        if piece.window is not None and isinstance(last, Present) and last.window is None:
            last = replace(last, window=piece.window)
        joined = any_of([last, piece.predicate]) if word == "or" else all_of([last, piece.predicate])
        span = (before.span[0], piece.span[1]) if before.span and piece.span else before.span
        kept[-1] = replace(before, predicate=all_of([*rest, joined]), span=span)
        return True

    def _slashed(self, first: Piece, second: Piece) -> bool:
        if not first.span or not second.span:
            return False
        return self.text[first.span[1] : second.span[0]].strip() == "/"

    def _by_sex(self, pieces: list[Piece], marks: Marks) -> tuple[list[Piece], Marks]:
        """`> 5 years with >= 40 g/day for men or >= 20 g/day for women`: two limits, each for its sex, and the rest."""
        i = 0
        while i + 1 < len(pieces):
            first, second = pieces[i], pieces[i + 1]
            if first.sex and second.sex and first.sex != second.sex and second.continues and first.span and second.span:
                made = for_each_sex(first.predicate, second.predicate)
                if made is not None:
                    pieces[i] = replace(first, predicate=made, span=(first.span[0], second.span[1]), sex=None)
                    del pieces[i + 1], marks[i]
                    continue
            made = of_both_sexes(first, second) if first.sex and second.sex and first.sex != second.sex else None
            if made is not None and not first.negated and not second.negated:
                start = first.span[0] if first.span else 0
                span = (start, second.span[1]) if second.span else first.span
                pieces[i] = replace(second, predicate=made, span=span, sex=None)
                del pieces[i + 1], marks[i]
                continue
            i += 1
        return pieces, marks

    def _half_the_patients(self, pieces: list[Piece]) -> bool:
        """`men, and zorblax women over 40`: a sex alone, and the other one among words that are not understood."""
        if not any(isinstance(p.predicate, OneOf) and p.predicate.variable == "sex" for p in pieces):
            return False
        unread = [p.span for p in pieces if p.span and isinstance(p.predicate, Unparsed)]
        return any(start <= place < end for start, end in unread for place in self.sexes)

    def _of_one_time(self, pieces: list[Piece], marks: Marks) -> tuple[list[Piece], Marks]:
        """`surgery or zorblax within 4 weeks of the first zorblax`: the time that is not understood may be of both."""
        last = pieces[-1]
        run = undated(pieces[:-1]) if last.timed and last.window is None else []
        if not run:
            return pieces, marks
        rest = next(i for i, piece in enumerate(pieces) if piece is run[-1])
        span = span_of_all(pieces[rest:])
        whole = Piece(self.unparsed(span, "shared-words", last.span), span, "unparsed", tainted=last.tainted)
        return [*pieces[:rest], whole], marks[:rest]

    def _spread(self, pieces: list[Piece], marks: Marks) -> None:
        """Carry negation, hedge and status forward to bare facts, and a time at the end of a list back to them."""
        for i in range(1, len(pieces)):
            before, piece = pieces[i - 1], pieces[i]
            if not piece.bare:
                self._spread_negation(before, piece, marks[i - 1])
                continue
            if not before.negated:
                self._spread_qualifier(before, piece, marks[i - 1])
            if before.negated or before.hedged or before.status:
                piece.negated, piece.hedged = before.negated, before.hedged
                if before.status and isinstance(piece.predicate, Present):
                    piece.predicate = replace(piece.predicate, status=before.status)
                    piece.status = before.status
        last = pieces[-1]
        if last.window is None or last.kind not in ("fact", "unparsed"):
            return
        run = undated(pieces[:-1])
        if last.kind == "unparsed" and any(not p.bare and p.status != "history" for p in run):  # current smoker
            return
        commas = any(mark[0] for mark in marks)
        if run and (
            not commas or self.choices.take("window", "the time may hold for the whole list or for its last part")
        ):
            for piece in run:
                assert isinstance(piece.predicate, Present)
                piece.predicate = replace(piece.predicate, window=last.window)

    def _spread_negation(self, before: Piece, piece: Piece, mark: tuple[str, str]) -> None:
        """`no history of cancer, active infection`: a fact with a status of its own is most likely negated too."""
        plain = before.negated and before.kind == "fact" and piece.concept and not (piece.negated or piece.hedged)
        if not plain or piece.sex or mark not in (("", "or"), (",", "")):
            return
        why = "the negation may hold for the whole list or for its first part"
        if not mark[0] or self.choices.take("negated list", why):
            piece.negated = piece.bare = True

    def _spread_qualifier(self, before: Piece, piece: Piece, mark: tuple[str, str]) -> None:
        """`uncontrolled hypertension or diabetes`: most likely uncontrolled diabetes too."""
        first, second = before.predicate, piece.predicate
        if not isinstance(first, Present) or not isinstance(second, Present) or mark[0] or second.qualifier:
            return
        kinds = [c.kind for c in (concepts().get(first.concept), concepts().get(second.concept)) if c is not None]
        if first.qualifier is None or kinds != ["condition", "condition"]:
            return
        if self.choices.take("qualifier", f"`{first.qualifier}` may narrow both conditions or only the first"):
            piece.predicate = replace(second, qualifier=first.qualifier)

    def _joined(self, pieces: list[Piece], marks: Marks) -> Predicate:
        """Runs under one negation first, then `or` and `and` by the strength of their separators."""
        parts, seps = self._runs(pieces, marks)
        if len(parts) == 1:
            return parts[0]
        explicit = {word for _, word in seps if word}
        alike = len({_category(p) for p in parts}) == 1
        if len(explicit) <= 1 and all(comma for comma, word in seps if not word) and (alike or all(w for _, w in seps)):
            return self._uniform(parts, next(iter(explicit), ""), pieces)
        groups: list[list[Predicate]] = [[parts[0]]]
        inner: list[list[str]] = [[]]
        outer: list[str] = []
        for (comma, word), part in zip(seps, parts[1:], strict=True):
            if comma:
                outer.append(word)
                groups.append([part])
                inner.append([])
            else:
                inner[-1].append(word)
                groups[-1].append(part)
        made = [self._chain(group, ws, span_of_all(pieces)) for group, ws in zip(groups, inner, strict=True)]
        if len(made) == 1:
            return made[0]
        return self._uniform(made, next((w for w in reversed(outer) if w), ""), pieces)

    def _chain(self, parts: list[Predicate], joins: list[str], span: Span | None) -> Predicate:
        """Clauses joined without commas; `and` binds closer than `or`."""
        alternatives: list[list[Predicate]] = [[parts[0]]]
        for word, part in zip(joins, parts[1:], strict=True):
            if word == "or":
                alternatives.append([part])
            else:
                alternatives[-1].append(part)
        return any_of([self._and(group, span) for group in alternatives])

    def _and(self, parts: list[Predicate], span: Span | None) -> Predicate:
        if len(parts) > 1 and self.kind == "exclusion" and all(isinstance(p, (Present, Unparsed)) for p in parts):
            if any(isinstance(p, Unparsed) for p in parts):
                return self.unparsed(span, "and-in-exclusion")
            if self.choices.take("and", "each condition may exclude, or only all of them together"):
                return any_of(parts)
        return all_of(parts)

    def _uniform(self, parts: list[Predicate], word: str, pieces: list[Piece]) -> Predicate:
        if word == "or":
            return any_of(parts)
        if word == "and":
            return self._and(parts, span_of_all(pieces))
        return self._apposed(parts)

    def _apposed(self, parts: list[Predicate]) -> Predicate:
        """Parts between commas alone: a condition and the value that states it, else a list."""
        head, *rest = parts
        if rest and isinstance(head, OneOf) and head.variable == "sex":  # if female, pregnancy or lactation
            return all_of([head, self.default(rest)])
        tested = {leaf.variable for p in rest for leaf in leaves(p) if isinstance(leaf, MEASURING)}
        compared = all(isinstance(leaf, MEASURING) for p in rest for leaf in leaves(p))
        if isinstance(head, Present) and compared and tested <= set(measured_by(head.concept)) and rest:
            why = "the limits may say what the condition means, or be asked for besides it"
            if head.qualifier is None and self.choices.take("stated", why):
                return all_of(rest)
            return all_of(parts)
        if isinstance(head, Present) and compared and rest and self.kind == "inclusion":
            return all_of(parts)
        return self.default(parts)

    def _runs(self, pieces: list[Piece], marks: Marks) -> tuple[list[Predicate], Marks]:
        """Wrap each clause by its negation or hedge; facts that share one stand under it together."""
        parts: list[Predicate] = []
        seps: Marks = []
        i = 0
        while i < len(pieces):
            j = i + 1
            spread = pieces[i].negated or pieces[i].hedged
            while (
                j < len(pieces)
                and spread
                and (pieces[j].bare or pieces[j].continues or self._covered(pieces[i], pieces[j]))
            ):
                j += 1
            run = pieces[i:j]
            if i:
                seps.append(marks[i - 1])
            parts.append(self._wrapped(run))
            i = j
        return parts, seps

    def _covered(self, first: Piece, piece: Piece) -> bool:
        """Whether a hedge reaches over limits in clauses of their own; the likelier reading is that it does not."""
        if not first.hedged or piece.kind == "unparsed":
            return False
        return not self.choices.take("hedge", "the hedge may cover only its own clause, or the limits after it too")

    def _wrapped(self, run: list[Piece]) -> Predicate:
        first = run[0]
        bodies = [p.predicate if p.predicate is not None else self.unparsed(p.span, "nothing-stated") for p in run]
        span = span_of_all(run)
        if first.hedged:
            assert span is not None
            return self._hedged(span, bodies, first)
        body = any_of(bodies) if len(bodies) > 1 else bodies[0]
        if not first.negated:
            return body
        if isinstance(body, Always):
            return body
        return self._negated(body, span)

    def _negated(self, body: Predicate, span: Span | None) -> Predicate:
        if isinstance(body, Unparsed):
            return self.unparsed(span, *self.context.reasons.get(body.span or (0, 0), ("unknown-words", None)))
        first = next(leaves(body)).span
        if span and first and "(" in self.text[span[0] : first[0]]:  # `not (A for more than 3 days)` denies just that
            return Not(body)
        return without(body, self.choices)

    def _hedged(self, span: Span, bodies: list[Predicate], first: Piece) -> Predicate:
        """`with or without X` restricts nothing; where X has a limit, the limit may be meant."""
        always = Always(self.text[span[0] : span[1]], span=span)
        limited = [leaf for body in bodies for leaf in leaves(body) if isinstance(leaf, MEASURING)]
        if (
            not limited
            or len(bodies) > 2
            or self.choices.take(
                "hedged limit", "the hedge may cover the limit, or the limit may hold wherever there is a value"
            )
        ):
            return always
        graded = [variables().get(leaf.variable or "") for leaf in limited]
        concept = graded[0].concept if graded and graded[0] is not None else None
        body = limited[0] if len(limited) == 1 else AllOf(tuple(limited))
        return AnyOf((Not(Present(concept)), body)) if concept else body
