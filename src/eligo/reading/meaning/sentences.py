"""The sentences of an item: each asks for something, permits it, or only says how something is found.

Where a sentence is not understood, its words tell what it may do to the others. What holds whatever it says stays.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final, NamedTuple

from eligo.criteria import (
    AllOf,
    AnyOf,
    Attest,
    Compare,
    IfThen,
    Not,
    Predicate,
    Present,
    Span,
    Unparsed,
    leaves,
)
from eligo.dataclass import replace
from eligo.reading.meaning import exceptions
from eligo.reading.meaning.apart import joined
from eligo.reading.meaning.context import Context, elements_of, extent, hull
from eligo.reading.meaning.excluded import one_of_several
from eligo.reading.meaning.facts import facts_in, kinds_in, may_be
from eligo.reading.meaning.joining import all_of, any_of, has_unread, is_unread
from eligo.reading.meaning.said import Said
from eligo.reading.meaning.sentence_roles import (
    Role,
    asks_of_some,
    defines,
    explains_before,
    keeps_definition,
    leaves_open,
    lets,
    permitted_in,
    role_of,
    takes_list_out,
)
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.neighbours import is_time_unit
from eligo.reading.tokens import Token
from eligo.reading.tree import Branch
from eligo.vocabulary.concepts import concepts

_NO_AGE: Final = 11  # years: an age that is limited in a criterion is mostly more, any other time less
_MANY: Final = 3  # conditions that nobody has all of


class Sentence(NamedTuple):
    """What one sentence says, and where it stands with the words that join it to nothing."""

    said: Said
    span: Span


def sentences(context: Context, node: Branch) -> Said:
    """The sentences of an item: each asks for something, or permits it."""
    found = _found(context, node)
    if not found:
        return Said(None, extent(node), "empty", bare=True)
    if len(found) == 1:
        return wrapped(context, exceptions.alone(context, found[0].said))
    whole = hull(s.said.span for s in found)
    together = _Together(context)
    if not all(map(together.add, _asked(context, found))) or together.relaxed() or not together.kept:
        return context.unread(whole, "second-sentence")
    return together.said(whole, node.marks)


def _found(context: Context, node: Branch) -> list[Sentence]:
    """The sentences that say something."""
    start = extent(node)[0]
    start = max((t.end for t in context.tokens if t.end <= start and t.type in ("SUBITEM", "OPEN", "STOP")), default=0)
    found: list[Sentence] = []
    for i, part in enumerate(node.parts):
        end = node.marks[i].start if i < len(node.marks) else extent(node)[1]
        said = context.read(part) if elements_of(part) else None
        if said is not None and not said.silent:
            found.append(Sentence(said, (start, max(end, said.span[1]))))
        start = node.marks[i].end if i < len(node.marks) else end
    return found


def _asked(context: Context, found: Sequence[Sentence]) -> list[Sentence]:
    """The sentences without those that the next one explains, which are notes."""
    kept: list[Sentence] = []
    for sentence, following in itertools.pairwise(found):
        if explains_before(context.written(following.span)):
            context.only_note(sentence.said.span, f"`{context.written(sentence.span).strip()}` is not tested")
        else:
            kept.append(sentence)
    return [*kept, found[-1]]


class _Together:
    """What the sentences say together, as far as each is known to leave the others as they are."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.kept: list[Said] = []
        self.open: list[tuple[int, Sentence]] = []  # what is not understood, by its place among what is kept
        self.permitted = False  # a permission stands before
        self.noted = False  # a note stands before
        self.alone = False  # the only sentence so far may do anything to another one

    def add(self, sentence: Sentence) -> bool:
        """Add one sentence; whether it is known what it does to the others."""
        context, one = self.context, sentence.said
        written = context.written(sentence.span)
        if one.what == "allowed" and self.kept:
            made = exceptions.permitted(context, self.kept[-1], one)
            if not made.exception and not is_unread(made.body):
                self.kept[-1] = made
                return True
        one = one_of_several(context, exceptions.alone(context, one), sentence.span)
        if one.body is not None and not one.exception and not has_unread(one.body):
            return self._understood(sentence, one, written)
        role = self._role(sentence, written)
        if one.body is None and role not in ("note", "definition"):
            self.kept.append(one)
            return True
        return self._by_role(sentence, one, role)

    def relaxed(self) -> bool:
        """Whether one of the sentences may ask for something in place of what another one asks for."""
        if self.context.kind == "exclusion":
            return False
        bodies = [s.body for s in self.kept]
        if self.open and any(map(_lists_diseases, bodies)):
            return True
        for at, sentence in self.open:
            others = [body for i, body in enumerate(bodies) if i != at and body is not None]
            if _may_relax(self.context, sentence, bodies[at], others):
                return True
        return False

    def said(self, whole: Span, marks: Sequence[Token]) -> Said:
        """All of them as one, where something of it decides while what is not understood is open."""
        if any(s.body is None for s in self.kept):
            return self.context.unread(whole, "nothing-stated")
        said = self.kept[0] if len(self.kept) == 1 else joined(self.context, self.kept, marks)
        if said.body is None:
            return said
        if self.open and not is_unread(said.body) and not any(decides(said.body)):
            return self.context.unread(whole, "second-sentence")
        return replace(said, exception=False)

    def _understood(self, sentence: Sentence, one: Said, written: str) -> bool:
        """Add a sentence that is understood; whether it asks for something beside what the others do."""
        assert one.body is not None
        stated = all(isinstance(leaf, Attest) for leaf in leaves(one.body))
        let = self.kept and stated and self.context.kind == "inclusion" and lets(written)
        if let or keeps_definition(written):
            self._note(sentence, one)
            return True
        if (self.kept or self.noted) and defines(written):
            return self._role(sentence, written) == "permits" and self._by_role(sentence, one, "permits")
        if self.alone or (self.kept and leaves_open(written, self.context.kind)):
            return False
        self.kept.append(one)
        return True

    def _role(self, sentence: Sentence, written: str) -> Role:
        """What a sentence does that is not understood, or not wholly."""
        context = self.context
        items = [t.start for t in context.tokens_in(sentence.span) if t.type == "SUBITEM"]
        if items:
            heading = context.text[sentence.span[0] : items[0]]
            rest = items[0], sentence.span[1]
            alone = not context.has(rest, "STOP")
            role = role_of(heading, context.kind)
            return "permits" if self.kept and alone and (takes_list_out(heading) or role == "permits") else "unclear"
        value = context.has(sentence.span, "VAR")
        return role_of(written, context.kind, first=not self.kept, after_permission=self.permitted, value=value)

    def _by_role(self, sentence: Sentence, one: Said, role: Role) -> bool:
        """Add what a sentence does that is not understood; whether that is known."""
        context, kept = self.context, self.kept
        if role in ("note", "definition"):
            self._note(sentence, one)
            return True
        if role == "permits":
            self.permitted = True
            return self._permit(sentence, one)
        if not kept and role not in ("adds", "excludes"):
            self.alone = True
        elif self.alone or role not in ("adds", "excludes") or (role == "adds" and one.exception):
            return False
        if role == "adds" and one.body is not None and not self._as_read(sentence, one.body):
            return False
        if role == "excludes" or (role == "adds" and self._of_whom(sentence, one.body)):
            one = context.unread(_trimmed(context, sentence.span), *context.why(_first(one)))
        if not self.alone:
            self.open.append((len(kept), sentence))
        kept.append(one)
        return True

    def _as_read(self, sentence: Sentence, body: Predicate) -> bool:
        """Whether what is read of a sentence is what it says: not where it stands below a title that is not read."""
        written = self.context.written(sentence.span)
        return not self.kept or self.context.kind == "inclusion" or is_unread(body) or ":" not in written

    def _of_whom(self, sentence: Sentence, body: Predicate | None) -> bool:
        """`Patients treated with A must not B`: whether those of whom it is asked are read as asked for themselves."""
        context, start = self.context, sentence.span[0]
        whom = start, start + len(asks_of_some(context.written(sentence.span)))
        return context.has(whom, "CONCEPT") and body is not None and not isinstance(body, IfThen)

    def _note(self, sentence: Sentence, one: Said) -> None:
        self.noted = True
        written = self.context.written(sentence.span).strip()
        self.context.only_note(one.span, f"`{written}` is not tested")

    def _permit(self, sentence: Sentence, one: Said) -> bool:
        """Leave to a person what a permission takes out of all that stands before it."""
        context, kept = self.context, self.kept
        if not kept or any(s.body is None or s.exception for s in kept):
            return False
        before = joined(context, kept, ()) if len(kept) > 1 else kept[0]
        left = context.unparsed(_trimmed(context, sentence.span), "permission")
        body = _permitted(context, before.body, left, sentence) if before.body is not None else None
        if body is None:
            return False
        self.open.append((0, sentence))
        kept[:] = [Said(body, hull([before.span, one.span]), "joined")]
        return True


def _lists_diseases(body: Predicate | None) -> bool:
    """`Gout; lymphoma; stroke`: a list of which one is meant, most likely, and all are asked for."""
    parts = body.parts if isinstance(body, AllOf) else ()
    return sum(isinstance(part, Present) and kinds_in([part]) == {"condition"} for part in parts) >= _MANY


def _first(said: Said) -> Span | None:
    return next((leaf.span for leaf in leaves(said.body) if isinstance(leaf, Unparsed)), None) if said.body else None


def _trimmed(context: Context, span: Span) -> Span:
    """The same without blanks at its ends."""
    written = context.written(span)
    return span[0] + len(written) - len(written.lstrip()), span[1] - len(written) + len(written.rstrip())


def _permitted(context: Context, before: Predicate, left: Unparsed, sentence: Sentence) -> Predicate | None:
    """What is said without what a permission takes out of it, which is for a person to say.

    An inclusion may let in more by its words: only where these are of a value that it limits is it known of what.
    """
    if context.kind == "exclusion":
        return all_of([before, Not(left)]) if _of_its_sort(context, before, sentence) else None
    inside = context.tokens_in(sentence.span)
    named = {str(t.value) for t in inside if t.type == "VAR"}
    own = before.parts if isinstance(before, AllOf) else (before,)
    within = [one for one in own if isinstance(one, Compare) and one.variable in named]
    if not named or len(within) != len(named) or not any(t.type in ("NUM", "REF") for t in inside):
        return None
    return all_of([*[one for one in own if one not in within], any_of([all_of(within), left])])


def _of_its_sort(context: Context, before: Predicate, sentence: Sentence) -> bool:
    """Whether the conditions that a permission names are among those that are ruled out, or may be.

    `Active hepatitis. Patients with a stroke are eligible if ...` would rule out some with a stroke.
    """
    named, start = facts_in(before), sentence.span[0]
    spoken_of = start, start + len(permitted_in(context.written(sentence.span)))
    for token in context.tokens_in(spoken_of):
        if token.type == "CONCEPT":
            ids = str(token.value).split("|")
            known = [concept for id_ in ids if (concept := concepts().get(id_)) is not None]
            conditions = not known or any(concept.kind == "condition" for concept in known)
            if conditions and not any(may_be(fact.concept, id_) for fact in named for id_ in ids):
                return False
    return True


def _ages(tokens: Sequence[Token]) -> bool:
    """Whether an age is among them: `those over 65 years`."""
    if any(t.type in ("AGECOMP", "AGEUNIT", "OLD", "AGEAFTER", "GROUP") for t in tokens):
        return True
    pairs = itertools.pairwise(tokens)
    return any(a.type == "NUM" and b.type == "UNIT" and b.value == "a" and a.value.value > _NO_AGE for a, b in pairs)


def _may_relax(context: Context, sentence: Sentence, body: Predicate | None, others: Sequence[Predicate]) -> bool:
    """Whether what a sentence asks for may be asked in place of what another one does."""
    found = [leaf for other in others for leaf in leaves(other)]
    limited = {leaf.variable for leaf in found if isinstance(leaf, Compare)}
    inside = context.tokens_in(sentence.span)
    if limited and _limits_again(inside, limited, body):
        return True
    return "condition" in kinds_in(found) and _asks_some(context, sentence, inside)


def _limits_again(inside: Sequence[Token], limited: set[str | None], body: Predicate | None) -> bool:
    """Whether a sentence names what is limited already, or has a number that is not understood."""
    if any(t.type == "VAR" and t.value in limited for t in inside) or ("age" in limited and _ages(inside)):
        return True
    lost = [leaf.span for leaf in leaves(body) if isinstance(leaf, Unparsed) and leaf.span] if body is not None else []
    for token, behind in zip(inside, [*inside[1:], None], strict=True):
        if token.type in ("NUM", "REF") and not is_time_unit(behind) and any(a <= token.start < b for a, b in lost):
            return True
    return False


def _asks_some(context: Context, sentence: Sentence, inside: Sequence[Token]) -> bool:
    """Whether it asks something of people with a condition."""
    subject = asks_of_some(context.written(sentence.span))
    end = sentence.span[0] + len(subject)
    return " with " in f" {subject} " or any(t.type == "CONCEPT" and t.start < end for t in inside)


def decides(body: Predicate) -> tuple[bool, bool]:
    """Whether the body can hold, and can fail to hold, while what is not understood is open."""
    if isinstance(body, (AllOf, AnyOf)):
        parts = [decides(part) for part in body.parts]
        every = isinstance(body, AllOf)
        holds, fails = [h for h, _ in parts], [f for _, f in parts]
        return (all(holds), any(fails)) if every else (any(holds), all(fails))
    if isinstance(body, Not):
        holds_, fails_ = decides(body.part)
        return fails_, holds_
    if isinstance(body, IfThen):
        condition, then = decides(body.condition), decides(body.then)
        return condition[1] or then[0], condition[0] and then[1]
    known = not has_unread(body)
    return known, known
