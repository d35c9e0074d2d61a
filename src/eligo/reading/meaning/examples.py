"""Examples behind a fact, in a bracket or not: which of them count, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eligo.criteria import AllOf, AnyOf, Attest, Leaf, Predicate, Present, Related, Span, Unparsed, leaves, map_leaves
from eligo.dataclass import replace
from eligo.reading.lexicon import END, concept_named, name_words, trie, words
from eligo.reading.meaning.context import Context, bodies_of, elements_of, hull, marks_of
from eligo.reading.meaning.definitions import for_its_purpose, has_own, kinds_of
from eligo.reading.meaning.edges import facts_named
from eligo.reading.meaning.facts import TREATMENTS, concept_of, facts_in, kind_of, kinds_in
from eligo.reading.meaning.joining import all_of, any_of, excludes, facts_of, has_unread, measures
from eligo.reading.meaning.readings import Alternative
from eligo.reading.meaning.said import Modifiers, Said
from eligo.reading.meaning.wrapping import wrapped
from eligo.reading.tokens import Token
from eligo.reading.tree import Branch, Element, Node
from eligo.vocabulary.named import is_named

_LONGEST_ABBREVIATION: Final = 6  # letters and digits
_NAMES: Final = frozenset(["CONCEPT", "QUAL", "LIGHT"])


def counting(context: Context, head: Predicate, items: Sequence[Said], *, negated: bool) -> list[Predicate]:
    """The examples in a bracket.

    Where they exclude, one that is not understood may exclude too and stays open; else it is left out with a note. A
    kind of a head that is narrowed ("high-dose steroids (e.g. prednisone)") is there as far as the head is.
    """
    found: list[Predicate] = []
    narrowed = any(one.qualifier for one in facts_in(head))
    for item in items:
        body = of_its_sort(context, head, item.body, negated=negated) if item.body is not None else None
        if body is None or (narrowed and kinds_of(head, body) and not _says_more(context, head, body)):
            continue
        if excludes(context, negated) or not has_unread(body):
            found.append(body)
        else:
            _left_out(context)
    return found


def _says_more(context: Context, head: Predicate, body: Predicate) -> bool:
    """Whether an example has words of its own; what happens is bad enough by itself only if its class does not."""
    happens = any((one := concept_of(fact)) is not None and one.aspect == "event" for fact in facts_in(head))
    plain = [leaf for leaf in leaves(body) if isinstance(leaf, Present) and leaf == Present(leaf.concept)]
    return any(has_own(context, leaf) for leaf in leaves(body) if not (happens and leaf in plain))


def one_by_one(context: Context, head: Predicate, items: Sequence[Said], apart: Sequence[Said]) -> list[Said]:
    """Examples, of which those that are not understood are read `apart`: what the head vouches for is meant as said."""

    def alone(item: Said) -> Said:
        assert item.body is not None
        sure = has_unread(item.body) or kinds_of(head, item.body) or measures(item.body)
        return item if sure else replace(item, body=context.unparsed(item.span, "shared-words"))

    made: list[Said] = []
    for item in items:
        inside = [s for s in apart if s.body is not None and item.span[0] <= s.span[0] and s.span[1] <= item.span[1]]
        unread = item.body is not None and has_unread(item.body) and not any(s.tainted for s in inside)
        made += map(alone, inside) if unread and len(inside) > 1 else [item]
    return made


def demanded(context: Context, items: Sequence[Said]) -> Sequence[Said]:
    """`contraception, e.g. condoms, and men must not donate sperm`: what is asked for behind the examples."""

    def demands(item: Said) -> bool:
        found = context.written(item.span).lower().split()
        relative = not words("bond_that").isdisjoint(found)
        return not (relative or words("demands").isdisjoint(found))

    return items[next((i for i, item in enumerate(items) if i and demands(item)), len(items)) :]


def besides(context: Context, said: Said, demands: Sequence[Said]) -> Said:
    """What is said with its examples, and what is asked for besides; an exclusion asks for nothing."""
    bodies = bodies_of([wrapped(context, demand) for demand in demands])
    span = hull([said.span, *(demand.span for demand in demands)])
    if said.body is None or said.exception or context.kind == "exclusion" or len(bodies) < len(demands):
        return context.unread(span, "shared-words", demands[0].span, exception=said.exception)
    return Said(all_of([said.body, *bodies]), span, "joined")


def asks_more(node: Node) -> bool:
    """`A as defined by the criteria of 1990, with a history of B`: facts behind a source, asked for besides."""
    if not isinstance(node, Branch) or node.rule != "commas":
        return False
    first, *others = [elements_of(part) for part in node.parts]
    return _cites(first) and any(
        isinstance(e, Token) and e.type in ("STATUS", "NEG", "BOND") for o in others for e in o
    )


def _cites(elements: list[Element]) -> bool:
    return any(isinstance(e, Token) and e.type == "FILLER" for e in elements)


def of_its_sort(
    context: Context, head: Predicate, example: Predicate, *, negated: bool, alone: bool = True
) -> Predicate | None:
    """`drug abuse (including laxatives)` is no use of laxatives: a treatment under a condition is not that fact.

    Nor is an abbreviation of something else than the fact is: `chemotherapy (e.g. VAD)` asks for no assist device.
    Where it excludes, it stays open; else it is left out, which is None. Not `alone`, its time may be that of the head.
    """
    odd = [leaf for leaf in leaves(example) if _treats(head, leaf) and not _own(context, leaf, alone=alone)]
    odd += [leaf for leaf in leaves(example) if _another_abbreviation(context, head, leaf)]
    if not odd:
        kept = for_its_purpose(head, example)
        if kept is not example:
            context.notes.append("a treatment among examples is meant as given for what its class is for")
        return kept
    if not excludes(context, negated):
        _left_out(context)
        return None

    def change(leaf: Leaf) -> Predicate:
        return context.unparsed(leaf.span, "unclear-relation") if leaf in odd and leaf.span is not None else leaf

    return map_leaves(example, change)


def _own(context: Context, leaf: Leaf, *, alone: bool) -> bool:
    if isinstance(leaf, Present) and leaf.status == "now":  # `infections (e.g. requiring antibiotics)`
        leaf = replace(leaf, status="active")
    return has_own(context, leaf if alone or not isinstance(leaf, Present) else replace(leaf, window=None))


def class_of(context: Context, before: Span, *, negated: bool) -> tuple[Predicate, ...]:
    """`infection with, e.g., A`, as an exclusion: a class that is named as part of a phrase may have other members."""
    written = context.written(before).lower().split()
    named = any("CONCEPT" in trie().get(word, {}).get(END, {}) for word in written)
    return (context.unparsed(before, "heading"),) if named and excludes(context, negated) else ()


def of_causes(context: Context, end: int) -> bool:
    """`A of any cause, such as B`: whether what stands behind `end` tells where A comes from."""
    before = context.text[:end].rstrip(" ,;:([").rsplit(maxsplit=1)
    return bool(before) and before[-1].lower() in words("causes")


def plain_list(node: Node) -> bool:
    """Whether it is a list of names with nothing said of them, that one word joins once."""
    marks = marks_of(node)
    joins = [m for m in marks if m.type != "COMMA" or m.value in ("and", "or")]
    listed = len(joins) < 2 and all(m.type in ("COMMA", "AND", "OR") for m in marks)
    return listed and all(_plain_name(e) for e in elements_of(node))


def _plain_name(element: Element) -> bool:
    return isinstance(element, Token) and (element.type in _NAMES or (element.type == "FILLER" and not element.value))


def note_causes(context: Context, span: Span) -> None:
    """Keep examples of what something may come from as a note: they are nothing that is asked for."""
    context.note(span, f"`{context.written(span).lstrip(', ')}` tells causes and is not tested")


def _treats(head: Predicate, leaf: Leaf) -> bool:
    return kind_of(leaf) in TREATMENTS and kinds_in(leaves(head)) == {"condition"}


def _another_abbreviation(context: Context, head: Predicate, leaf: Leaf) -> bool:
    """Whether only an abbreviation names the leaf, and what that is known for is of another kind than the head."""
    if not isinstance(leaf, Present) or leaf.span is None:
        return False
    written = context.written(leaf.span)
    kinds = {"condition" if kind == "state" else kind for kind in kinds_in(leaves(head)) if kind is not None}
    other = bool(kinds) and ("condition" if kind_of(leaf) == "state" else kind_of(leaf)) not in kinds
    return other and written.isupper() and written.isalnum() and len(written) <= _LONGEST_ABBREVIATION


def _left_out(context: Context) -> None:
    context.notes.append("an example that is not understood is left out")


def leads_of(head: Said, lead: Modifiers, word: str, *, kinds: bool) -> list[Modifiers]:
    """What is said of bare examples: each of several words that narrow, as in `severe or progressive A such as B`.

    How far a tumor has come is said of those that are `kinds` of it.
    """
    if word == "below" or not head.either:
        return [lead]
    stages = _stages(head) if kinds else []
    if stages:
        return [lead._replace(qualifiers=(one,)) for one in stages]
    narrowing = {qualifier for each in head.either for qualifier in each.qualifiers}
    if not narrowing or not words("stages").isdisjoint(narrowing):
        return [lead]
    return [lead._replace(qualifiers=each.qualifiers, statuses=each.statuses or lead.statuses) for each in head.either]


def _stages(head: Said) -> list[str]:
    """The words that narrow each of the facts of a head, in their names or before them; none where one is plain."""
    if any(each.statuses for each in head.either):
        return []
    told = [fact.qualifier or " ".join(head.adjectives) for fact in facts_named(head)]
    return list(dict.fromkeys(told)) if all(told) else []


def required_like(body: Predicate, examples: list[Predicate]) -> Predicate | None:
    """`asthma requiring corticosteroids such as prednisone`: examples of what is required, each related as it is."""
    links = body.parts if isinstance(body, AnyOf) else (body,)
    last = links[-1]
    if not isinstance(last, Related) or not all(isinstance(link, Related) for link in links):
        return None
    facts = [fact for example in examples for fact in (facts_of(example) or [])]
    of_its_kind = all(map(facts_of, examples)) and kinds_in(facts) == {kind_of(last.to)}
    if not of_its_kind or kind_of(last.what) == kind_of(last.to):
        return None
    like = [replace(last, to=replace(fact, window=fact.window or last.to.window)) for fact in facts]
    return any_of([*links, *like])


def named_qualifier(context: Context, head: Said) -> tuple[str, ...]:
    """The word that narrows, where the name of a concept begins with it: `uncontrolled intercurrent illness`."""
    first, _, rest = context.written(head.span).partition(" ")
    named = isinstance(head.body, Attest) or concept_named(rest) is not None
    found = trie().get(first.lower(), {}).get(END, {}).get("QUAL") if named else None
    return (str(found),) if found else ()


def happens_to(context: Context, head: Said) -> bool:
    """`exacerbation of lung disease such as asthma`: whether asthma alone is no example of what is said of it.

    Where the head is known as a whole, it is what its examples are of.
    """
    facts = facts_of(head.body) if head.body is not None else None
    if facts is not None and not all(is_named(fact.concept) for fact in facts):
        return False
    first = context.written(head.span).lower().split()
    place = next((i for i, word in enumerate(first[:-1]) if word in name_words("happening")), None)
    return place is not None and first[place + 1] in ("of", "for")


def explains(head: Predicate, items: Sequence[Said]) -> bool:
    """`contraception (defined as A or B)`: words on what a person has to state, and no facts that are asked for."""
    told = all(isinstance(leaf, Attest) and leaf.topic in words("favourable") for leaf in leaves(head))
    return told and all(_names_only(s.body) and not (s.exception or s.tainted) for s in items if s.body is not None)


def _names_only(body: Predicate) -> bool:
    """Whether it consists of facts, and of words that are not understood."""
    if isinstance(body, (AllOf, AnyOf)):
        return all(map(_names_only, body.parts))
    return isinstance(body, (Present, Unparsed))


def demands_them(context: Context, head: Said, items: Sequence[Said]) -> bool:
    """`prior chemotherapy including a taxane`, `more than two drugs, including A`: whether the examples are asked for.

    So they are of a count, and of a treatment in an inclusion; examples of a disease are some of its kinds.
    """
    starts = [item.span[0] for item in items]
    word = context.text[head.span[1] : min(starts)].lower().strip(" ,:(") if starts else ""
    before = context.text[: min(starts, default=0)].lower().rstrip()
    asked = word in words("demanding") or any(before.endswith(f" {one}") for one in words("demanding"))
    if head.body is None or head.lead.negated or not asked:
        return False
    if measures(head.body):
        return True
    treated = kinds_in(leaves(head.body)) <= TREATMENTS and bool(facts_in(head.body))
    return context.kind == "inclusion" and treated and context.take(Alternative.EXAMPLES)
