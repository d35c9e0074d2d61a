"""A syntax tree to a predicate: how clauses, lists, sentences and headings join, and how far negations, hedges and times reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Compare,
    Not,
    OneOf,
    Predicate,
    Present,
    Span,
    Unparsed,
    Window,
    leaves,
)
from eligo.reading.bind import Bound
from eligo.reading.facts import ClauseReader, Piece
from eligo.reading.lexicon import measured_by, words
from eligo.reading.splits import cut, elements_of, only, place, span_of
from eligo.reading.tokens import Token
from eligo.reading.tree import Choice, Clause, Group
from eligo.truth import Kind
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

LIGHT = frozenset(["LIGHT", "IF", "STATUS", "LEAD", "TRAIL", "SEX"])


@dataclass(slots=True)
class Choices:
    """The points where a sentence allows two readings: which were met, and which way each is taken."""

    flipped: frozenset[str] = frozenset()
    met: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, why: str) -> bool:
        """Whether the likelier reading is taken; remembers that there was a choice."""
        self.met[name] = why
        return name not in self.flipped


class Reader:
    """Reads one item; a second pass with other `choices` gives its other reading."""

    def __init__(self, text: str, kind: Kind, bound: list[Bound], choices: Choices) -> None:
        self.text = text
        self.kind = kind
        self.choices = choices
        self.clauses = ClauseReader(text, bound, self._inside)
        self.depth = 0  # brackets: what stands in one narrows what is before it
        self.types: frozenset[str] = frozenset()  # of the tokens of the item: what is not there need not be looked for
        self.before_colon: dict[int, Token] = {}

    def read(self, tree: Group, tokens: Sequence[Token], children: Sequence[Predicate]) -> Predicate:
        """What the tree of an item says."""
        self.types = frozenset(t.type for t in tokens)
        self._find_colons(tokens)
        predicate = self.item(tree, children)
        if self.kind == "exclusion" and isinstance(predicate, Not) and isinstance(predicate.part, Present):
            return self._turned(predicate, predicate.part)
        return predicate

    def _find_colons(self, tokens: Sequence[Token]) -> None:
        """The last word that says anything before each colon."""
        last: Token | None = None
        for token in tokens:
            if token.type != "LIGHT":
                last = token
            elif self.text[token.start] == ":" and last is not None:
                self.before_colon[token.start] = last

    def _turned(self, negation: Not, fact: Present) -> Predicate:
        """`Did not take part in another trial`, as an exclusion: most likely the writer means the opposite."""
        concept = concepts().get(fact.concept)
        start = self.text[: fact.span[0] if fact.span else 0].lower()
        meant = (concept is not None and concept.kind in ("state", "medication")) or "history" in start or "did not" in start
        if meant and self.choices.take("negation", "an exclusion that is negated most likely means its opposite"):
            return fact
        return negation

    # --- items and headings

    def item(self, group: Group, children: Sequence[Predicate] = ()) -> Predicate:
        """What a whole item, or the inside of a bracket, says."""
        head, *subs = group.parts
        if not subs and not children:
            return self.sentences(head)
        parts = [self.sentences(sub) for sub in subs] + list(children)
        return self.governed(head, parts)

    def governed(self, head: Group, parts: list[Predicate]) -> Predicate:
        """A heading and its sub-items: `any of the following:`, `including:`, or the first item of them."""
        if span_of(head) is None:
            return self._default(parts)
        found = cut(head, _heading)
        if found is not None:
            before, mark, after = found
            if span_of(after) is not None and not self._light(after):
                parts = [self.sentences(after), *parts]
            return self._head(before, self._quantified(mark, parts))
        found = cut(head, _such)
        if found is not None:
            before, _, after = found
            if span_of(after) is not None and not self._light(after):
                parts = [self.sentences(after), *parts]
            return _any([self.sentences(before), *parts]) if not self._light(before) else self._default(parts)
        if self._light(head):
            return self._default(parts)
        if self.text[: span_of(head)[1]].rstrip().endswith(":"):  # type: ignore[index]  # a head that is not empty has a span
            return self._head(head, self._default(parts))
        return self._default([self.sentences(head), *parts])

    def _head(self, before: Any, parts: Predicate) -> Predicate:
        """The words before `the following` hold too, where they say anything."""
        if span_of(before) is None or self._light(before):
            return parts
        negated = [e for e in elements_of(before) if e.__class__ is Token and e.type == "NEG"]
        if len(negated) == 1 and self._light(before, LIGHT | {"NEG"}):
            return Not(parts)
        head = self.sentences(before)
        if negated and any(isinstance(leaf, Unparsed) for leaf in leaves(head)):
            start = (span_of(before) or (0, 0))[0]
            return self._unparsed((start, len(self.text)), "negation", place(negated[0]))
        return _all([head, parts])

    def _quantified(self, mark: Any, parts: list[Predicate]) -> Predicate:
        if mark.__class__ is Choice:
            limit = mark.limits.limits[0]
            op, amount = limit.bounds[0]
            count = int(amount.number.value)
            if op in ("ge", "eq") and limit.form in ("compared", "bare", "bounded") and 0 < count <= len(parts):
                return AtLeast(count, tuple(parts)) if count > 1 else _any(parts)
            if op == "gt" and count < len(parts):
                return AtLeast(count + 1, tuple(parts))
            return self._unparsed(mark.span, "heading")
        if mark.value == "any":
            return _any(parts)
        return _all(parts) if mark.value == "all" and self._says_all(mark) else self._default(parts)

    def _says_all(self, mark: Token) -> bool:
        written = self.text[mark.start : mark.end].lower()
        return any(word in written.split() for word in ("all", "both", "each", "every"))

    def _inside(self, group: Group) -> Predicate:
        self.depth += 1
        try:
            return self.item(group)
        finally:
            self.depth -= 1

    def _default(self, parts: list[Predicate]) -> Predicate:
        return _any(parts) if self.kind == "exclusion" and not self.depth else _all(parts)

    def _light(self, group: Any, types: frozenset[str] = LIGHT) -> bool:
        """Whether a group holds only words that say nothing."""
        return only(group, types)

    # --- sentences and parts

    def sentences(self, group: Any) -> Predicate:
        """What the sentences of an item say together."""
        if group.level != "text":
            return self.part(group)
        parts = [part for part in group.parts if span_of(part) is not None and not self._light(part)]
        if not parts:
            return self._blank(group)
        read = [self.part(part) for part in parts]
        if len(read) == 1:
            return read[0]
        # A sentence that is not understood may take back what another one says.
        if any(isinstance(leaf, Unparsed) for p in read for leaf in leaves(p)):
            return self._unparsed(span_of(group), "second-sentence")
        return self._default(read)

    def part(self, group: Group) -> Predicate:
        """What stands between two full stops: a heading with its list, or parts between semicolons."""
        found = cut(group, self._such_colon) if "SUCH" in self.types and self.before_colon else None
        if found is not None and len(found[0].parts) == 1 and span_of(found[2]) is not None:
            return self._attached(found[0].parts[0], found[1], self._listed(found[2]))
        found = cut(group, _heading) if "FOLLOWING" in self.types else None
        if found is not None:
            before, mark, after = found
            if span_of(after) is None or self._light(after):
                return self._unparsed(span_of(group), "heading")
            return self._head(before, self._quantified(mark, self._listed(after)))
        found = cut(group, self._colon) if self.before_colon else None
        if found is not None:
            before, _, after = found
            head, rest = self.part(before), self._listed(after)
            return _any([head, *rest]) if self.kind == "exclusion" else _all([head, *rest])
        lists = [part for part in group.parts if span_of(part) is not None]
        if not lists:
            return self._blank(group)
        if len(lists) == 1:
            return self.list(lists[0])
        read = [self.list(part) for part in lists]
        for part, said in zip(lists[1:], read[1:], strict=True):
            taken_back = self._takes_back(part, said)
            if taken_back is not None:
                return self._unparsed(span_of(group), "exception", taken_back)
        if "or" in {mark.value for mark in group.marks}:
            return _any(read)
        return self._default(read)

    def _takes_back(self, group: Any, said: Predicate) -> Span | None:
        """The word at the start of a part that ties a condition to what stands before it: `; however, ...`."""
        span = span_of(group)
        if not isinstance(said, Unparsed) or said.span is None or span is None:
            return None
        code, blamed = self.clauses.reasons.get(said.span, ("", span))
        return blamed if code == "exception" and blamed[0] <= span[0] + 2 else None

    def _colon(self, element: Any, following: Any) -> bool:
        """A colon after words that are no name of a quantity, before something of its own."""
        if element.__class__ is not Token or following is None or element.start not in self.before_colon:
            return False
        before = self.before_colon[element.start]
        return element.type == "LIGHT" and before.type in ("CONCEPT", "FILLER") and not self.clauses.consumed(before)

    def _listed(self, group: Group) -> list[Predicate]:
        """The items of a list after its heading: parts between semicolons, else between commas and connectives."""
        lists = [part for part in group.parts if span_of(part) is not None]
        if len(lists) != 1:
            return [self.list(part) for part in lists]
        chains = [chain for chain in lists[0].parts if span_of(chain) is not None]
        if len(chains) == 1:
            return [self.list(lists[0])]
        return [self.list(Group("list", (chain,), ())) for chain in chains]

    # --- lists

    def list(self, group: Group) -> Predicate:
        """Clauses between commas and connectives."""
        found = cut(group, _taken_out) if "EXCEPT" in self.types or "UNLESS" in self.types else None
        if found is not None:
            return self._without(*found)
        found = cut(group, _such) if "SUCH" in self.types else None
        if found is not None:
            return self._examples(*found)
        pieces, marks = self._pieces(group)
        if any(piece.exception for piece in pieces):
            blamed = next(self.clauses.reasons[p.span][1] for p in pieces if p.exception and p.span in self.clauses.reasons)
            return self._unparsed(span_of(group), "exception", blamed)
        if not pieces:
            return self._blank(group)
        pieces, marks = self._objects(*self._absorbed(pieces, marks))
        pieces, marks = self._by_sex(pieces, marks)
        self._spread(pieces, marks)
        return self._joined(pieces, marks)

    def _absorbed(self, pieces: list[Piece], marks: list[tuple[str, str]]) -> tuple[list[Piece], list[tuple[str, str]]]:
        """What a person states takes in the words around it that nothing else reads; the investigator's opinion all of them."""
        attested = [p for p in pieces if p.kind == "attest"]
        if not attested:
            return pieces, marks
        judged = any(isinstance(leaf, Attest) and leaf.topic in words("judgements") for p in attested if p.predicate for leaf in leaves(p.predicate))
        kept = [p for p in pieces if p.kind == "attest" or p.hedged or (p.kind not in ("unparsed", "empty") and not judged)]
        if judged and len(kept) > 1:
            first = next(p for p in kept if p.predicate is not None)
            return [first], []
        if len(kept) == len(pieces):
            return pieces, marks
        places = [i for i, p in enumerate(pieces) if any(p is k for k in kept)]
        return kept, [marks[i - 1] for i in places[1:]]

    def _objects(self, pieces: list[Piece], marks: list[tuple[str, str]]) -> tuple[list[Piece], list[tuple[str, str]]]:
        """`allergy to aspirin or heparin`: a bare fact after words that were not understood may be their object, and is not read alone."""
        kept: list[Piece] = []
        between: list[tuple[str, str]] = []
        for i, piece in enumerate(pieces):
            slash = i > 0 and self._slashed(pieces[i - 1], piece)
            bare = piece.bare and not piece.qualifier
            object_of = bool(kept) and kept[-1].kind == "unparsed" and (bare or kept[-1].tainted) and not piece.negated
            if kept and kept[-1].several and piece.bare and not marks[i - 1][0] and self._attach(kept, piece, marks[i - 1][1]):
                continue
            head_of = slash and piece.kind == "unparsed"
            if (object_of or head_of) and kept[-1].span and piece.span:
                span = (kept[-1].span[0], piece.span[1])
                kept[-1] = Piece(self._unparsed(span, "shared-words", piece.span), span, "unparsed", exception=piece.exception)
                continue
            if kept:
                between.append(marks[i - 1])
            kept.append(piece)
        return kept, between

    def _attach(self, kept: list[Piece], piece: Piece, word: str) -> bool:
        """`cirrhosis with ascites or encephalopathy`: the last fact of the clause before is the one that has an alternative."""
        before = kept[-1]
        if not isinstance(before.predicate, AllOf) or piece.predicate is None or before.negated or before.hedged:
            return False
        if not self.choices.take("attach", "what is joined on may belong to the last fact before it, or to the whole clause"):
            return False
        *rest, last = before.predicate.parts
        if piece.window is not None and isinstance(last, Present) and last.window is None:
            last = replace(last, window=piece.window)
        joined = _any([last, piece.predicate]) if word == "or" else _all([last, piece.predicate])
        span = (before.span[0], piece.span[1]) if before.span and piece.span else before.span
        kept[-1] = replace(before, predicate=_all([*rest, joined]), span=span)
        return True

    def _slashed(self, first: Piece, second: Piece) -> bool:
        if not first.span or not second.span:
            return False
        return self.text[first.span[1] : second.span[0]].strip() == "/"

    def _by_sex(self, pieces: list[Piece], marks: list[tuple[str, str]]) -> tuple[list[Piece], list[tuple[str, str]]]:
        """`> 5 years with >= 40 g/day for men or >= 20 g/day for women`: the two limits, each for its sex, and what else there is."""
        i = 0
        while i + 1 < len(pieces):
            first, second = pieces[i], pieces[i + 1]
            if first.sex and second.sex and first.sex != second.sex and second.continues and first.span and second.span:
                made = _for_each_sex(first.predicate, second.predicate)
                if made is not None:
                    pieces[i] = replace(first, predicate=made, span=(first.span[0], second.span[1]), sex=None)
                    del pieces[i + 1], marks[i]
                    continue
            i += 1
        return pieces, marks

    def _such_colon(self, element: Any, following: Any) -> bool:
        return _such(element, following) and following.__class__ is Token and self.text[following.start] == ":"

    def _examples(self, before: Any, mark: Token, after: Any) -> Predicate:
        """`A such as B, C`: each of them counts. `A, accompanied by symptoms such as B`: both must hold."""
        rest = self._listed(Group("part", (after,), ())) if span_of(after) else []
        if not rest:
            return self._unparsed(span_of(before), "heading")
        return self._attached(before, mark, rest)

    def _attached(self, before: Any, mark: Token, rest: list[Predicate]) -> Predicate:
        """The words before `such as` and their examples; what says more than `such as` belongs to the last part before it."""
        if span_of(before) is None or self._light(before):
            return _any(rest) if mark.value == "such" else self._default(rest)
        if mark.value == "such":
            return _any([self.list(before), *rest])
        if mark.value == "with":
            return _all([self.list(before), _any(rest)])
        *others, last = before.parts
        head = self.list(Group("list", (last,), ()))
        made = self._defined(head, rest) if mark.value == "means" else _all([head, _any(rest)])
        others = [other for other in others if span_of(other) is not None]
        if not others:
            return made
        first = self.list(Group("list", tuple(others), before.marks[: len(others) - 1]))
        word = before.marks[-1].value if before.marks else None
        return _any([first, made]) if word == "or" or self.kind == "exclusion" else _all([first, made])

    def _source(self, text: str) -> bool:
        return any(word.lower().strip(".,;()") in words("citation_words") for word in text.split())

    def _without(self, before: Any, mark: Token, after: Any) -> Predicate:
        """`A other than B`: A holds and B does not; `A unless B` in an inclusion: A or B."""
        span = span_of(before)
        if span is None or span_of(after) is None or self._light(before) or len(before.parts) != 1 or len(before.parts[0].parts) != 1:
            start = span[0] if span else mark.start
            end = (span_of(after) or (0, mark.end))[1]
            return self._unparsed((start, end), "exception", (mark.start, mark.end))
        taken, head = self.list(after), self.list(before)
        if mark.type == "UNLESS" and self.kind == "inclusion":
            return _any([head, taken])
        if isinstance(head, Not):
            return Not(_all([head.part, Not(taken)]))
        return head if isinstance(head, Unparsed) else _all([head, Not(taken)])

    def _defined(self, head: Predicate, rest: list[Predicate]) -> Predicate:
        tested = {leaf.variable for p in rest for leaf in leaves(p) if isinstance(leaf, Compare | OneOf)}
        if not isinstance(head, Unparsed) and all(isinstance(p, Unparsed) and self._source(p.text) for p in rest):
            self.clauses.notes.append("a source that defines a word is named and not tested")
            return head
        body = rest[0] if len(rest) == 1 else self._default(rest)
        if isinstance(head, Present) and tested and tested <= set(measured_by(head.concept)):
            return body
        return _all([head, body])

    def _pieces(self, group: Group) -> tuple[list[Piece], list[tuple[str, str]]]:
        """The clauses of a list, and between each two the separator: `,` or nothing, and its word (and, or, and/or)."""
        pieces: list[Piece] = []
        marks: list[tuple[str, str]] = []
        pending: tuple[str, str] | None = None
        for i, chain in enumerate(group.parts):
            if i:
                pending = (",", group.marks[i - 1].value or (pending[1] if pending else ""))
            for j, clause in enumerate(chain.parts):
                if j:
                    pending = ("," if pending and pending[0] and not pieces else "", self._word(chain.marks[j - 1]))
                piece = self.clauses.read(clause)
                if piece.kind == "empty" and piece.bare:
                    continue
                if pieces:
                    marks.append(pending or ("", "and"))
                pieces.append(piece)
                pending = None
        return pieces, marks

    def _word(self, mark: Token) -> str:
        return "or" if mark.type == "OR" else "and"

    def _spread(self, pieces: list[Piece], marks: list[tuple[str, str]]) -> None:
        """Carry negation, hedge and status forward to bare facts, and a time at the end of a list back to them."""
        for i in range(1, len(pieces)):
            before, piece = pieces[i - 1], pieces[i]
            if not piece.bare:
                continue
            if before.negated or before.hedged or before.status:
                piece.negated, piece.hedged = before.negated, before.hedged
                if before.status and isinstance(piece.predicate, Present):
                    piece.predicate = replace(piece.predicate, status=before.status)
                    piece.status = before.status
        last = pieces[-1]
        if last.window is None or last.kind != "fact":
            return
        run = []
        for piece in reversed(pieces[:-1]):
            if piece.kind != "fact" or not isinstance(piece.predicate, Present) or piece.predicate.window is not None:
                break
            run.append(piece)
        commas = any(mark[0] for mark in marks)
        if run and (not commas or self.choices.take("window", "the time may hold for the whole list or for its last part")):
            for piece in run:
                assert isinstance(piece.predicate, Present)
                piece.predicate = replace(piece.predicate, window=last.window)

    def _joined(self, pieces: list[Piece], marks: list[tuple[str, str]]) -> Predicate:
        """Clauses to one predicate: runs under one negation first, then `or` and `and` by the strength of their separators."""
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
        made = [self._chain(group, ws, _span_of_all(pieces)) for group, ws in zip(groups, inner, strict=True)]
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
        return _any([self._and(group, span) for group in alternatives])

    def _and(self, parts: list[Predicate], span: Span | None) -> Predicate:
        if len(parts) > 1 and self.kind == "exclusion" and all(isinstance(p, Present | Unparsed) for p in parts):
            if any(isinstance(p, Unparsed) for p in parts):
                return self._unparsed(span, "and-in-exclusion")
            if self.choices.take("and", "each condition may exclude, or only all of them together"):
                return _any(parts)
        return _all(parts)

    def _uniform(self, parts: list[Predicate], word: str, pieces: list[Piece]) -> Predicate:
        if word == "or":
            return _any(parts)
        if word == "and":
            return self._and(parts, _span_of_all(pieces))
        return self._apposed(parts)

    def _apposed(self, parts: list[Predicate]) -> Predicate:
        """Parts between commas alone: a condition and the value that states it, else a list."""
        head, *rest = parts
        tested = {leaf.variable for p in rest for leaf in leaves(p) if isinstance(leaf, Compare | OneOf)}
        compared = all(isinstance(leaf, Compare | OneOf) for p in rest for leaf in leaves(p))
        if isinstance(head, Present) and compared and tested <= set(measured_by(head.concept)) and rest:
            why = "the limits may say what the condition means, or be asked for besides it"
            if head.qualifier is None and self.choices.take("stated", why):
                return _all(rest)
            return _all(parts)
        if isinstance(head, Present) and compared and rest and self.kind == "inclusion":
            return _all(parts)
        return self._default(parts)

    def _runs(self, pieces: list[Piece], marks: list[tuple[str, str]]) -> tuple[list[Predicate], list[tuple[str, str]]]:
        """Wrap each clause by its negation or hedge; facts that share one stand under it together."""
        parts: list[Predicate] = []
        seps: list[tuple[str, str]] = []
        i = 0
        while i < len(pieces):
            j = i + 1
            spread = pieces[i].negated or pieces[i].hedged
            while j < len(pieces) and spread and (pieces[j].bare or pieces[j].continues or self._covered(pieces[i], pieces[j])):
                j += 1
            run = pieces[i:j]
            if i:
                seps.append(marks[i - 1])
            parts.append(self._wrapped(run))
            i = j
        return parts, seps

    def _covered(self, first: Piece, piece: Piece) -> bool:
        """Whether a hedge reaches over limits that stand in clauses of their own; the likelier reading is that it does not."""
        if not first.hedged or piece.kind == "unparsed":
            return False
        return not self.choices.take("hedge", "the hedge may cover only its own clause, or the limits after it too")

    def _wrapped(self, run: list[Piece]) -> Predicate:
        first = run[0]
        bodies = [p.predicate if p.predicate is not None else self._unparsed(p.span, "nothing-stated") for p in run]
        span = (first.span[0], run[-1].span[1]) if first.span and run[-1].span else None  # type: ignore[index]  # as tested
        if first.hedged:
            assert span is not None
            return self._hedged(span, bodies, first)
        body = _any(bodies) if len(bodies) > 1 else bodies[0]
        if not first.negated:
            return body
        if isinstance(body, Always):
            return body
        return self._negated(body, span)

    def _negated(self, body: Predicate, span: Span | None) -> Predicate:
        if isinstance(body, Unparsed):
            return self._unparsed(span, *self.clauses.reasons.get(body.span or (0, 0), ("unknown-words", None)))
        return Not(body)

    def _hedged(self, span: Span, bodies: list[Predicate], first: Piece) -> Predicate:
        """`with or without X` restricts nothing; where X has a limit, the limit may be meant."""
        always = Always(self.text[span[0] : span[1]], span=span)
        limited = [leaf for body in bodies for leaf in leaves(body) if isinstance(leaf, Compare | OneOf)]
        if not limited or len(bodies) > 2 or self.choices.take("hedged limit", "the hedge may cover the limit, or the limit may hold wherever there is a value"):
            return always
        graded = [variables().get(leaf.variable or "") for leaf in limited]
        concept = graded[0].concept if graded and graded[0] is not None else None
        body = limited[0] if len(limited) == 1 else AllOf(tuple(limited))
        return AnyOf((Not(Present(concept)), body)) if concept else body

    # --- what is not understood

    def _unparsed(self, span: Span | None, code: str, words: Span | None = None) -> Predicate:
        if span is None:
            span = (0, len(self.text))
        return self.clauses.unparsed(span, code, words)

    def _blank(self, group: Any) -> Predicate:
        return self._unparsed(span_of(group), "nothing-stated")


def _taken_out(element: Any, following: Any) -> bool:
    return element.__class__ is Token and element.type in ("EXCEPT", "UNLESS")


def _span_of_all(pieces: list[Piece]) -> Span | None:
    spans = [piece.span for piece in pieces if piece.span]
    return (spans[0][0], spans[-1][1]) if spans else None


def _for_each_sex(first: Predicate | None, second: Predicate | None) -> Predicate | None:
    """`AllOf(sex, rest, limit)` and `AllOf(other sex, limit)` as the rest and either of the two."""
    if not isinstance(first, AllOf) or not isinstance(second, AllOf) or len(second.parts) != 2:
        return None
    sex, *rest, limit = first.parts
    if not isinstance(sex, OneOf) or not isinstance(limit, Compare):
        return None
    return _all([*rest, AnyOf((AllOf((sex, limit)), second))])


def _category(predicate: Predicate) -> str:
    kinds = {"fact" if isinstance(leaf, Present) else "attest" if isinstance(leaf, Attest) else "limit" for leaf in leaves(predicate)}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _heading(element: Any, following: Any) -> bool:
    return element.__class__ is Choice or (element.__class__ is Token and element.type == "FOLLOWING")


def _such(element: Any, following: Any) -> bool:
    return element.__class__ is Token and element.type == "SUCH"


def _any(parts: list[Predicate]) -> Predicate:
    flat = [q for p in parts for q in (p.parts if isinstance(p, AnyOf) else (p,))]
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def _all(parts: list[Predicate]) -> Predicate:
    flat = [q for p in parts for q in (p.parts if isinstance(p, AllOf) else (p,))]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


__all__ = ["Choices", "Clause", "Reader", "Window"]
