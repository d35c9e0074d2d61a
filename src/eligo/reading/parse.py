"""An item's text to what it means: tokens, the tree that the Lark grammar gives, and the reading of that tree.

The loop below runs the table of the grammar over ready-made tokens; where nobody asks why, an item that says nothing
needs no tree.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from eligo.criteria import Unparsed
from eligo.reading.anchors import anchor
from eligo.reading.asked import asked
from eligo.reading.bind import bind
from eligo.reading.compare import comparisons
from eligo.reading.comparison import StatedComparison
from eligo.reading.completed import complete
from eligo.reading.graded import grade
from eligo.reading.half_lives import two_times, with_half_lives
from eligo.reading.item import ItemReading, nothing, read_tree, too_long, unread
from eligo.reading.listed import name_listed
from eligo.reading.meaning.context import Account
from eligo.reading.meaning.joining import has_unread
from eligo.reading.naive import never_given
from eligo.reading.naming import name, quoted
from eligo.reading.numbered import numbered
from eligo.reading.open_lists import without_rest
from eligo.reading.reactions import react
from eligo.reading.relatives import relate
from eligo.reading.rewritten import joined_numbers
from eligo.reading.roles import settle
from eligo.reading.run_together import parted
from eligo.reading.scope import scope
from eligo.reading.share import share
from eligo.reading.silent import LIMITS, TELLING, nothing_understood
from eligo.reading.statements import state
from eligo.reading.table import ADD, GATHER, MANY, MORE, PASS, Build, lalr_table
from eligo.reading.titles import titled
from eligo.reading.tokens import Token, scan
from eligo.reading.tree import Node
from eligo.reading.trials import take_part
from eligo.reading.vague import judge
from eligo.reading.verdicts import KeptOut, denied, verdict_of
from eligo.reading.whole import ask_rest
from eligo.truth import Kind

LONGEST: Final = 60_000  # characters: no criterion is longer


class NotAccepted(Exception):  # noqa: N818 - never seen outside this module
    """The place of the token that the grammar does not accept there; roles.py should have settled it otherwise."""

    def __init__(self, place: int) -> None:
        self.place = place


def tokenise(text: str) -> list[Token]:
    """All tokens of the text; together with the blanks between them they are the text.

    >>> tokenise("INR > ULN")
    [VAR[0:3]=inr, COMP[4:5]=gt, REF[6:9]=ULN]
    """
    return _scoped(parted(scan(text), text), text)


def _scoped(raw: list[Token], text: str) -> list[Token]:
    """The tokens with one type each, whole names, and the words that join."""
    whole = take_part(without_rest(grade(settle(joined_numbers(raw), text), text), text), text)
    settled = titled(never_given(quoted(share(numbered(anchor(whole, text), text), text), text), text), text)
    return scope(
        relate(judge(name_listed(complete(name(react(state(settled, text), text), text), text), text), text), text),
        text,
    )


def parse(text: str) -> Node:
    """The syntax tree of an item."""
    return _parse(tokenise(text))


def _parse(tokens: list[Token]) -> Node:
    for _ in range(8):
        try:
            return _run(tokens)
        except NotAccepted as error:
            _demote(tokens, error.place)
    return _run([Token("FILLER", tokens[0].start, tokens[-1].end, "exceptions")] if tokens else [])


def _run(tokens: list[Token]) -> Node:
    start, shifts, gotos, rules = lalr_table()
    states = [start]
    values: list[Any] = []
    row = shifts[start]
    for place, token in enumerate([*tokens, _END]):
        kind = token.type
        while (action := row.get(kind)) != ADD:
            if action is None:
                raise NotAccepted(place)
            if action > 0:
                states.append(action)
                values.append(token)
                row = shifts[action]
                break
            if action == 0:
                return values[-1]  # type: ignore[no-any-return]  # the start rule builds a Group
            size, origin, how, build = rules[-action]
            if size == 1:
                builds, states[-1] = _singles(states[-2], states[-1], kind)
                for how, build in builds:
                    only = values[-1]
                    gathered = how == GATHER and only.__class__ is list
                    values[-1] = [only] if how == MANY else build(only if gathered else [only])
                row = shifts[states[-1]]
                continue
            if how == MORE:
                values[-size].extend(values[1 - size :])
                del states[-size:], values[1 - size :]
            else:
                children: list[Any] = values[-size:] if size else []
                if size:
                    del states[-size:], values[-size:]
                values.append(children if how == MANY else build(_flat(children) if how == GATHER else children))
            state = gotos[states[-1]][origin]
            states.append(state)
            row = shifts[state]
        else:
            values[-1].append(token)
    raise AssertionError("the end of the tokens always ends the parse")


@functools.cache
def _singles(below: int, top: int, kind: str) -> tuple[list[tuple[int, Build]], int]:
    """The rules of one child that follow one another where `top` stands on `below`, and the state after them."""
    _, shifts, gotos, rules = lalr_table()
    builds: list[tuple[int, Build]] = []
    while (action := shifts[top].get(kind, 0)) < 0 and rules[-action][0] == 1:
        _, origin, how, build = rules[-action]
        if how != PASS:
            builds.append((how, build))
        top = gotos[below][origin]
    return builds, top


def _flat(children: list[Any]) -> list[Any]:
    """The children with those of repetitions, which are lists, in their places."""
    flat: list[Any] = []
    for child in children:
        if child.__class__ is list:
            flat.extend(child)
        else:
            flat.append(child)
    return flat


_END: Final = Token("$END", 0, 0)
_OPENERS: Final = frozenset(
    [
        "COMP",
        "AGECOMP",
        "TOCOMP",
        "BETWEEN",
        "TO",
        "JOIN",
        "TIMES",
        "WITHIN",
        "PLUSMINUS",
        "AT",
        "AGO",
        "BEFORE",
        "SINCE",
    ]
)


def _demote(tokens: list[Token], place: int) -> None:
    """Make filler of the token before `place` that promised what did not come."""
    last = min(place, len(tokens) - 1)
    for i in range(last, -1, -1):
        if tokens[i].type in _OPENERS:
            tokens[i].type, tokens[i].value = "FILLER", "logic"
            return
    tokens[last].type, tokens[last].value = "FILLER", "logic"


def read_item(text: str, kind: Kind, *, why: bool = True) -> ItemReading:
    """What one eligibility item says; without `why`, not for which reasons parts of it are not understood."""
    if len(text) > LONGEST:
        return too_long(text)
    verdict = verdict_of(text)
    if verdict is not None:
        reading = _kept_out(text, verdict, kind, why=why)
        if reading is not None:
            return reading
    tokens = tokenise(text)
    reading = _with_half_lives(text, why=why) if kind == "exclusion" else None
    if reading is not None:
        return ask_rest(reading, tokens, text, kind, certain=True)
    return ask_rest(_read(tokens, text, kind, why=why), tokens, text, kind)


def _with_half_lives(text: str, *, why: bool) -> ItemReading | None:
    """The reading of an exclusion that states its time in half-lives too; None where that is not known."""
    two = two_times(text)
    if two is None:
        return None
    return with_half_lives(_read(tokenise(two.text), two.text, "exclusion", why=why), two, text)


def _kept_out(text: str, verdict: KeptOut, kind: Kind, *, why: bool) -> ItemReading | None:
    """The reading of a sentence that says whom it keeps out; None where not all of that is understood."""
    (start, end), reason = verdict
    said = " " * start + text[start:end]  # so that every word keeps its place
    tokens = tokenise(said)
    reading = _read(tokens, said, "exclusion", why=why)
    if has_unread(reading.predicate):  # what is not understood may be a time of all of it
        reading = ask_rest(unread(tokens, said), tokens, said, "exclusion")
    if has_unread(reading.predicate):
        return None
    if kind == "inclusion":
        reading = denied(reading)
    note = () if reason is None else (f"`{text[slice(*reason)].strip(' ,-')}` is not tested",)
    account = (Account((0, start), "grammar"), *reading.account, Account((end, len(text)), "grammar"))
    kept = tuple(entry for entry in account if entry.span[0] < entry.span[1])
    return reading._replace(notes=(*reading.notes, *note), account=kept if why else ())


def read_parts(text: str, kind: Kind) -> ItemReading:
    """The same as far as it is understood: what is not is kept apart, and not asked by the whole sentence."""
    return too_long(text) if len(text) > LONGEST else _read(tokenise(text), text, kind, why=True)


def _read(tokens: list[Token], text: str, kind: Kind, *, why: bool) -> ItemReading:
    types = frozenset([t.type for t in tokens])
    if types.isdisjoint(TELLING):
        return asked(tokens, types, text, kind) or unread(tokens, text)
    silent = not why and nothing_understood(tokens, types)
    if silent and types.isdisjoint(LIMITS):
        return asked(tokens, types, text, kind) or nothing(tokens, text)
    tree = _parse(tokens)
    bound = bind(tree, text) if not types.isdisjoint(LIMITS) else []
    if silent and not any(names for _, names in bound):
        return asked(tokens, types, text, kind) or nothing(tokens, text)
    reading = read_tree(tree, bound, tokens, text, kind, why=why)
    if not isinstance(reading.predicate, Unparsed):
        return reading
    statement = asked(tokens, types, text, kind)
    return reading if statement is None else statement._replace(comparisons=reading.comparisons)


def read_comparisons(text: str) -> tuple[StatedComparison, ...]:
    """Every numeric or ordinal comparison that the text states."""
    if len(text) > LONGEST:
        return ()
    return comparisons(bind(parse(text), text), text)
