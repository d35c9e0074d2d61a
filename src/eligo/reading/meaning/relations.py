"""How two things belong together: `A with B`, `A without B`, `A requiring B`, `A due to B`, `A that ...`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.criteria import Leaf, Not, Predicate, Present, Span, leaves, map_leaves
from eligo.dataclass import replace
from eligo.reading.meaning.bonds import tie
from eligo.reading.meaning.conditions import looser_limit
from eligo.reading.meaning.context import Context, elements_of, hull
from eligo.reading.meaning.definitions import allows_none
from eligo.reading.meaning.facts import TREATMENTS, concept_of
from eligo.reading.meaning.joining import any_of, facts_of, has_unread, is_judgement, is_unread
from eligo.reading.meaning.lists import joined
from eligo.reading.meaning.modifiers import timed
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Bond, Mark, Said
from eligo.reading.share import kind_named
from eligo.reading.tokens import Token
from eligo.reading.tree import Branch, Node

# Behind which `or` may join two things or two sentences.
_UNSURE: Final = frozenset(["with", "from", "without", "due_to", "unrelated_to", "associated_with"])


def related(context: Context, node: Branch) -> Said:
    """A unit and what stands behind it."""
    said = context.read(node.parts[0])
    for mark, part in zip(node.marks, node.parts[1:], strict=True):
        kind = str(mark.value)
        several = isinstance(part, Branch) and part.rule == "target" and kind in _UNSURE and said.what != "attest"
        if several and isinstance(part, Branch) and _stands_alone(context, kind, said, part):
            return _joined_on(context, said, kind, part)
        said = bound_to(context, said, _of_the_unread(context, said, bond_of(context, kind, context.read(part))))
    return said


def _stands_alone(context: Context, kind: str, said: Said, node: Branch) -> bool:
    """Whether what is joined on behind a bond is no part of what is bonded; where that is not sure, there is a choice.

    `antibiotics for pneumonia or aspirin`: no treatment is what another one is given for.
    """
    if not _is_named(node.parts[0]):
        return False
    if kind == "due_to" and _is_given(said) and _treats(node.parts[1]) and not _treats(node.parts[0]):
        return True
    return context.take(Alternative.JOINED_ON) != _likely(kind, said, node)


def _treats(node: Node) -> bool:
    """Whether a part names a treatment first."""
    first = next((e for e in elements_of(node) if isinstance(e, Token) and e.type == "CONCEPT"), None)
    return first is not None and kind_named(str(first.value)) in TREATMENTS


def _is_given(said: Said) -> bool:
    """Whether it is all of what is done or given for a reason."""
    done = [] if said.body is None else [concept_of(leaf) for leaf in leaves(said.body)]
    return bool(done) and all(one is not None and one.kind != "condition" for one in done)


def _is_named(node: Node) -> bool:
    """Whether a part names something: not so the first one in `due to acute or chronic hepatitis`."""
    return any(not isinstance(e, Token) or e.type not in ("LIGHT", "QUAL", "STATUS") for e in elements_of(node))


def _of_the_unread(context: Context, said: Said, bond: Bond) -> Bond:
    """`A due to zorblax effects with B`: what stands behind words that are not understood is of these."""
    if not said.bonds or not has_unread(said.bonds[-1].body) or not facts_of(bond.body):
        return bond
    return bond._replace(body=context.unparsed(bond.span, "unclear-relation"))


def _likely(kind: str, said: Said, node: Branch) -> bool:
    """Whether what is joined on is most likely bonded too: no later one of a list has a word of its own.

    Behind what is done for a reason, as in `hospitalization for A, B or severe C`, all of them are reasons.
    """
    if kind == "due_to" and _is_given(said):
        return True
    listed = kind != "without" and any(mark.value is None for mark in node.marks)  # `due to A, B or C`
    own = [e for part in node.parts[1:] for e in elements_of(part) if isinstance(e, Token)]
    return not listed or all(token.type not in ("QUAL", "STATUS") for token in own)


def _joined_on(context: Context, said: Said, kind: str, node: Branch) -> Said:
    """`cirrhosis with ascites or jaundice`, where jaundice alone is the second of two."""
    first, *rest = [context.read(part) for part in node.parts]
    return joined(context, [bound_to(context, said, bond_of(context, kind, first)), *rest], _between(node))


def _between(node: Branch) -> list[Mark]:
    """What joins the parts; a comma has the word that closes the list."""
    word = next((str(mark.value) for mark in reversed(node.marks) if mark.value), "")
    return [("", str(mark.value or word)) if word else (",", "") for mark in node.marks]


def target(context: Context, node: Branch) -> Said:
    """What is required, or stands behind `with`: one thing, or several of a kind."""
    return joined(context, [context.read(part) for part in node.parts], _between(node))


def bond_of(context: Context, kind: str, said: Said) -> Bond:
    """What stands behind a word that bonds."""
    if said.body is None:
        return Bond(kind, context.unparsed(said.span, "unclear-relation"), said.span)
    body = said.body
    if said.lead.negated and said.what != "joined":
        body = Not(body)
    return Bond(kind, body, said.span, said.time)


def bound_to(context: Context, said: Said, bond: Bond) -> Said:
    """A part with what stands behind it; where the part is not understood, both are left to a person."""
    span = hull([said.span, bond.span])
    if said.body is None or said.exception or _of_some(said, said.body):
        return context.unread(span, "unclear-relation", bond.span, exception=said.exception)
    if is_unread(said.body):
        return _bound_to_unread(context, said, bond, span)
    if said.what == "attest" and is_unread(bond.body) and not context.names_any(bond.span):
        return replace(said, span=span)
    body, bond = _with_shared(context, said, any_of([said.body, *said.examples]), bond)
    other = looser_limit(context, body, bond.body) if bond.kind == "with" else None
    return replace(
        said,
        body=other or tie(context, body, bond),
        span=span,
        what="fact" if said.what == "fact" else "joined",
        time=said.time or bond.window,
        bonds=(*said.bonds, bond),
        examples=(),
    )


def _with_shared(context: Context, said: Said, body: Predicate, bond: Bond) -> tuple[Predicate, Bond]:
    """A body and what stands behind it, each with what is said beside the other one and holds for it."""
    if bond.kind == "from" and said.lead.qualifiers and context.take(Alternative.QUALIFIER):
        return _of_the_second(body, bond, said.lead.qualifiers)
    if bond.kind == "with" and bond.window is not None and said.time is None and _passes(body):
        return timed(body, bond.window), bond
    return body, bond


def _of_the_second(body: Predicate, bond: Bond, qualifiers: Sequence[str]) -> tuple[Predicate, Bond]:
    """`uncontrolled tumor-related pain`: what stands before the two may tell how the second one is."""

    def plain(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present) or leaf.qualifier is None:
            return leaf
        kept = [word for word in leaf.qualifier.split() if word not in qualifiers]
        return replace(leaf, qualifier=" ".join(kept) or None)

    def narrowed(leaf: Leaf) -> Predicate:
        if not isinstance(leaf, Present):
            return leaf
        return replace(leaf, qualifier=" ".join(dict.fromkeys([*qualifiers, *(leaf.qualifier or "").split()])))

    return map_leaves(body, plain), bond._replace(body=map_leaves(bond.body, narrowed))


def _of_some(said: Said, body: Predicate) -> bool:
    """`up to 2 lines of therapy with A`, `INR > 2 in zorblax with A`: whether A may tell of whom it is asked."""
    return allows_none(body) or (said.what == "mixed" and has_unread(body))


def _bound_to_unread(context: Context, said: Said, bond: Bond, span: Span) -> Said:
    if bond.kind == "that" and is_judgement(bond.body):  # an opinion takes in the words that it is about
        return replace(said, body=bond.body, span=span, what="attest", tainted=False)
    return context.unread_with(said, span, *context.why(said.span), bond.window)


def _passes(body: Predicate) -> bool:
    """Whether it is of events and exposures alone, of which a time behind is asked too."""
    found = [concept_of(fact) for fact in facts_of(body) or []]
    return bool(found) and all(c is not None and c.aspect != "state" for c in found)
