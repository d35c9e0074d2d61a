"""A syntax tree to a predicate: how lists, sentences and headings join."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eligo.criteria import (
    MEASURING,
    Compare,
    Not,
    Predicate,
    Present,
    Span,
    Unparsed,
    leaves,
)
from eligo.reading.bind import Bound
from eligo.reading.choices import Choices
from eligo.reading.conditions import conditional
from eligo.reading.context import ItemContext
from eligo.reading.elapsed import elapsed
from eligo.reading.facts import read_clause
from eligo.reading.governing import HeadingReader, heading, such
from eligo.reading.lexicon import measured_by, words
from eligo.reading.lists import Marks
from eligo.reading.pieces import Piece
from eligo.reading.sexes import all_of, any_of
from eligo.reading.sometimes import asked_of_some, if_then, speaks_of_some, untied
from eligo.reading.splits import cut, elements_of, span_of
from eligo.reading.tokens import Token
from eligo.reading.tree import Bracket, Group
from eligo.truth import Kind
from eligo.vocabulary.concepts import concepts


class Reader(HeadingReader):
    """Reads one item; a second pass with other `choices` gives its other reading."""

    def __init__(self, text: str, kind: Kind, bound: list[Bound], choices: Choices, types: frozenset[str]) -> None:
        super().__init__(text, kind, choices, ItemContext(text, kind, bound))
        self.types = types  # of the tokens of the item: what is not there need not be looked for
        self.before_colon: dict[int, Token] = {}

    def read(self, tree: Group, tokens: Sequence[Token]) -> Predicate:
        """What the tree of an item says."""
        if ":" in self.text:
            self._find_colons(tokens)
        self.sexes = [token.start for token in tokens if token.type == "SEX"]
        self.named = [token.start for token in tokens if token.type in ("CONCEPT", "VAR")]
        predicate = self.item(tree)
        if self.kind == "inclusion":
            return asked_of_some(predicate, self.context.notes)
        if self.kind == "exclusion" and isinstance(predicate, Not):
            if isinstance(predicate.part, Present):
                return self._turned(predicate, predicate.part)
            facts = list(leaves(predicate.part))
            first = facts[0]
            if isinstance(first, Present) and all(isinstance(leaf, Present) for leaf in facts):
                return predicate.part if self._turned(predicate, first) is first else predicate
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
        meant = (
            (concept is not None and concept.kind in ("state", "medication"))
            or "history" in start
            or any(word in start for word in words("rule_negations"))
            or start.split()[:1] == ["no"]
        )
        if meant and self.choices.take("negation", "an exclusion that is negated most likely means its opposite"):
            return fact
        return negation

    # --- items and headings

    def item(self, group: Group) -> Predicate:
        """What a whole item, or the inside of a bracket, says."""
        head, *subs = group.parts
        if not subs:
            return self.sentences(head)
        return self.governed(head, [self.sentences(sub) for sub in subs])

    def inside(self, group: Group) -> Predicate:
        """What stands in a bracket."""
        self.depth += 1
        try:
            return self.item(group)
        finally:
            self.depth -= 1

    def several(self, parts: list[Predicate], word: str) -> Predicate:
        """One limit on several values: one of them excludes, and an upper limit is asked of all of them."""
        why = "one of the values may be enough, or all of them may be meant"
        ops = {
            limit.op for part in parts for leaf in leaves(part) if isinstance(leaf, Compare) for limit in leaf.limits
        }
        upper = bool(ops) and ops <= {"lt", "le"}
        if self.kind == "exclusion":
            return any_of(parts) if word != "and" or self.choices.take("values", why) else all_of(parts)
        if word == "and" or (word == "/" and upper):
            return all_of(parts)
        either = (word == "or") != upper
        if upper or word == "/":
            either = either if self.choices.take("values", why) else not either
        return any_of(parts) if either else all_of(parts)

    # --- sentences and parts

    def sentences(self, group: Any) -> Predicate:
        """What the sentences of an item say together."""
        if group.level != "text":
            return self.part(group)
        if len(group.parts) == 1:
            return self.part(group.parts[0])
        parts = [part for part in group.parts if span_of(part) is not None and not self._light(part)]
        if not parts:
            return self._blank(group)
        read = [self.part(part) for part in parts]
        if len(read) == 1:
            return read[0]
        # A sentence that is not understood may take back what another one says.
        if any(isinstance(leaf, Unparsed) for p in read for leaf in leaves(p)):
            return self.unparsed(span_of(group), "second-sentence")
        return self.default(read)

    def part(self, group: Group) -> Predicate:
        """What stands between two full stops: a heading with its list, or parts between semicolons."""
        found = cut(group, self._such_colon) if "SUCH" in self.types and self.before_colon else None
        if found is not None and len(found[0].parts) == 1 and span_of(found[2]) is not None:
            return self._attached(found[0].parts[0], found[1], self.listed(found[2]))
        found = cut(group, heading) if "FOLLOWING" in self.types else None
        if found is not None:
            before, mark, after = found
            if span_of(after) is None or self._light(after) or self._ends_in_colon(after):
                return self.unparsed(span_of(group), "heading")
            return self._under_heading(group, before, mark, after)
        timed = self._timed(group) if ":" in self.text else None
        if timed is not None:
            return timed
        found = cut(group, self._colon) if self.before_colon else None
        if found is not None:
            before, _, after = found
            rest = self.listed(after)
            if speaks_of_some(before, self.text):
                return if_then(self.kind, self.part(untied(before)), self.default(rest))
            head = self.part(before)
            return any_of([head, *rest]) if self.kind == "exclusion" else all_of([head, *rest])
        return self.clauses(group.parts[0]) if len(group.parts) == 1 else self._several_lists(group)

    def _several_lists(self, group: Group) -> Predicate:
        """Parts between semicolons."""
        lists = [part for part in group.parts if span_of(part) is not None]
        if not lists:
            return self._blank(group)
        if len(lists) == 1:
            return self.clauses(lists[0])
        read = [self.clauses(part) for part in lists]
        for part, said in zip(lists[1:], read[1:], strict=True):
            taken_back = self._takes_back(part, said)
            if taken_back is not None:
                return self.unparsed(span_of(group), "exception", taken_back)
        if "or" in {mark.value for mark in group.marks}:
            return any_of(read)
        return self.default(read)

    def _takes_back(self, group: Any, said: Predicate) -> Span | None:
        """The word at the start of a part that ties a condition to what stands before it: `; however, ...`."""
        span = span_of(group)
        if not isinstance(said, Unparsed) or said.span is None or span is None:
            return None
        code, blamed = self.context.reasons.get(said.span, ("", span))
        alone = [e for e in elements_of(group) if e.__class__ is not Token]
        if len(alone) == 1 and alone[0].__class__ is Bracket and alone[0].span[0] <= span[0] + 2:
            return blamed  # `; (<= 5 x ULN if A)`
        return blamed if code == "exception" and blamed[0] <= span[0] + 2 else None

    def _colon(self, element: Any, following: Any) -> bool:
        """A colon after words that are no name of a quantity, before something of its own."""
        if element.__class__ is not Token or following is None or element.start not in self.before_colon:
            return False
        before = self.before_colon[element.start]
        return element.type == "LIGHT" and before.type in ("CONCEPT", "FILLER") and not self.context.consumed(before)

    def listed(self, group: Group) -> list[Predicate]:
        """The items of a list after its heading: parts between semicolons, else between commas and connectives."""
        lists = [part for part in group.parts if span_of(part) is not None]
        if len(lists) != 1:
            return [self.clauses(part) for part in lists]
        chains = [chain for chain in lists[0].parts if span_of(chain) is not None]
        if len(chains) == 1:
            return [self.clauses(lists[0])]
        return [self.clauses(Group("list", (chain,), ())) for chain in chains]

    # --- lists

    def clauses(self, group: Group) -> Predicate:
        """Clauses between commas and connectives."""
        found = cut(group, _taken_out) if "EXCEPT" in self.types or "UNLESS" in self.types else None
        if found is not None:
            return self._without(*found)
        found = cut(group, such) if "SUCH" in self.types else None
        if found is not None:
            return self._examples(*found)
        said = conditional(self, group) or elapsed(self, group)
        if said is not None:
            return said
        pieces, marks = self.split(group)
        if any(piece.exception for piece in pieces):
            blamed = next(
                self.context.reasons[p.span][1] for p in pieces if p.exception and p.span in self.context.reasons
            )
            return self.unparsed(span_of(group), "exception", blamed)
        if not pieces:
            return self._blank(group)
        return self.pieces(pieces, marks)

    def split(self, group: Group) -> tuple[list[Piece], Marks]:
        """The clauses of a list, and between each two the separator: `,` or nothing, and its word (and, or, and/or)."""
        pieces: list[Piece] = []
        marks: Marks = []
        pending: tuple[str, str] | None = None
        for i, chain in enumerate(group.parts):
            if i:
                pending = (",", group.marks[i - 1].value or (pending[1] if pending else ""))
            for j, clause in enumerate(chain.parts):
                if j:
                    pending = ("," if pending and pending[0] and not pieces else "", self._word(chain.marks[j - 1]))
                piece = read_clause(self, clause)
                if piece.kind == "empty" and piece.bare:
                    continue
                if pieces:
                    marks.append(pending or ("", "and"))
                pieces.append(piece)
                pending = None
        return pieces, marks

    def _word(self, mark: Token) -> str:
        return "or" if mark.type == "OR" else "and"

    def _such_colon(self, element: Any, following: Any) -> bool:
        return such(element, following) and following.__class__ is Token and self.text[following.start] == ":"

    def _examples(self, before: Any, mark: Token, after: Any) -> Predicate:
        """`A such as B, C`: each of them counts. `A, accompanied by symptoms such as B`: both must hold."""
        rest = self.listed(Group("part", (after,), ())) if span_of(after) else []
        if not rest:
            return self.unparsed(span_of(before), "heading")
        return self._attached(before, mark, rest)

    def _attached(self, before: Any, mark: Token, rest: list[Predicate]) -> Predicate:
        """The words before `such as` and their examples; what says more belongs to the last part before it."""
        if span_of(before) is None or self._light(before):
            return any_of(rest) if mark.value == "such" else self.default(rest)
        if mark.value == "such":
            said = self.clauses(before)
            if self._decides(said, rest):
                end = max(leaf.span[1] for part in rest for leaf in leaves(part) if leaf.span)
                return self.unparsed(((span_of(before) or (0, 0))[0], end), "heading", span_of(before))
            return any_of([said, *rest])
        if mark.value == "with":
            return all_of([self.clauses(before), any_of(rest)])
        *others, last = before.parts
        head = self.clauses(Group("list", (last,), ()))
        made = self._defined(head, rest) if mark.value == "means" else all_of([head, any_of(rest)])
        others = [other for other in others if span_of(other) is not None]
        if not others:
            return made
        first = self.clauses(Group("list", tuple(others), before.marks[: len(others) - 1]))
        word = before.marks[-1].value if before.marks else None
        return any_of([first, made]) if word == "or" or self.kind == "exclusion" else all_of([first, made])

    def _source(self, text: str) -> bool:
        return any(word.lower().strip(".,;()") in words("citation_words") for word in text.split())

    def _without(self, before: Any, mark: Token, after: Any) -> Predicate:
        """`A other than B`: A holds and B does not; `A unless B` in an inclusion: A or B."""
        span = span_of(before)
        if (
            span is None
            or span_of(after) is None
            or self._light(before)
            or len(before.parts) != 1
            or len(before.parts[0].parts) != 1
        ):
            start = span[0] if span else mark.start
            end = (span_of(after) or (0, mark.end))[1]
            return self.unparsed((start, end), "exception", (mark.start, mark.end))
        taken, head = self.clauses(after), self.clauses(before)
        if mark.type == "UNLESS" and self.kind == "inclusion":
            return any_of([head, taken])
        if isinstance(head, Not):
            return Not(all_of([head.part, Not(taken)]))
        return head if isinstance(head, Unparsed) else all_of([head, Not(taken)])

    def _defined(self, head: Predicate, rest: list[Predicate]) -> Predicate:
        tested = {leaf.variable for p in rest for leaf in leaves(p) if isinstance(leaf, MEASURING)}
        if not isinstance(head, Unparsed) and all(isinstance(p, Unparsed) and self._source(p.text) for p in rest):
            self.context.notes.append("a source that defines a word is named and not tested")
            return head
        body = rest[0] if len(rest) == 1 else self.default(rest)
        if isinstance(head, Present) and tested and tested <= set(measured_by(head.concept)):
            return body
        return all_of([head, body])

    # --- what is not understood

    def _blank(self, group: Any) -> Predicate:
        return self.unparsed(span_of(group), "nothing-stated")


def _taken_out(element: Any, following: Any) -> bool:
    return element.__class__ is Token and element.type in ("EXCEPT", "UNLESS")
