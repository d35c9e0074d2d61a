"""An item's text to what it means: tokens, the tree that the Lark grammar gives, and the reading of that tree.

Lark builds the LALR(1) table from `grammar/*.lark`; it is kept, so that Lark is imported only when the grammar changed.
The loop below runs the table over ready-made tokens; where nobody asks why, an item that says nothing needs no tree.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.reading.bind import bind
from eligo.reading.compare import comparisons
from eligo.reading.comparison import Comparison
from eligo.reading.item import ItemReading, nothing, read_tree, too_long, unread
from eligo.reading.rewritten import joined_numbers
from eligo.reading.roles import settle
from eligo.reading.share import share
from eligo.reading.silent import TELLING, WORDS, nothing_alone, says_nothing
from eligo.reading.syntax import BUILD
from eligo.reading.tokens import Token, scan
from eligo.reading.tree import Group
from eligo.truth import Kind

LONGEST = 60_000  # characters: no criterion is longer
GRAMMAR = ("criterion.lark", "limits.lark", "times.lark")  # read as one

_FORM = b"3"
Row = dict[str, int]  # of a state: what each symbol leads to
Build = Callable[[list[Any]], Any]
Table = tuple[int, list[Row], list[Row], list[tuple[int, str, int, Build]]]


class NotAccepted(Exception):  # noqa: N818 - never seen outside this module
    """The place of the token that the grammar does not accept there; roles.py should have settled it otherwise."""

    def __init__(self, place: int) -> None:
        self.place = place


def tokenise(text: str) -> list[Token]:
    """All tokens of the text; together with the blanks between them they are the text.

    >>> tokenise("INR > 1.5")
    [VAR[0:3]=inr, COMP[4:5]=gt, NUM[6:9]=1.5]
    """
    return share(settle(joined_numbers(scan(text)), text), text)


def parse(text: str) -> Group:
    """The syntax tree of an item."""
    return _parse(tokenise(text))


def _parse(tokens: list[Token]) -> Group:
    for _ in range(8):
        try:
            return _run(tokens)
        except NotAccepted as error:
            _demote(tokens, error.place)
    return _run([Token("FILLER", tokens[0].start, tokens[-1].end, "exceptions")] if tokens else [])


def _run(tokens: list[Token]) -> Group:
    start, shifts, gotos, rules = _table()
    states = [start]
    values: list[Any] = []
    row = shifts[start]
    for place, token in enumerate([*tokens, _END]):
        kind = token.type
        while (action := row.get(kind)) != _ADD:
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
                    gathered = how == _GATHER and only.__class__ is list
                    values[-1] = [only] if how == _MANY else build(only if gathered else [only])
                row = shifts[states[-1]]
                continue
            if how == _MORE:
                values[-size].extend(values[1 - size :])
                del states[-size:], values[1 - size :]
            else:
                children: list[Any] = values[-size:] if size else []
                if size:
                    del states[-size:], values[-size:]
                values.append(children if how == _MANY else build(_flat(children) if how == _GATHER else children))
            state = gotos[states[-1]][origin]
            states.append(state)
            row = shifts[state]
        else:
            values[-1].append(token)
    raise AssertionError("the end of the tokens always ends the parse")


@functools.cache
def _singles(below: int, top: int, kind: str) -> tuple[list[tuple[int, Build]], int]:
    """The rules of one child that follow one another where `top` stands on `below`, and the state after them."""
    _, shifts, gotos, rules = _table()
    builds: list[tuple[int, Build]] = []
    while (action := shifts[top].get(kind, 0)) < 0 and rules[-action][0] == 1:
        _, origin, how, build = rules[-action]
        if how != _PASS:
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


_END = Token("$END", 0, 0)
_MANY = 1  # a rule that stands for `*` or `?` and hands its children to the rule above
_MORE = 2  # the same, going on with what it already has
_PASS = 3  # a rule with one child that it passes on
_GATHER = 4  # a rule that has a repetition among its children
_ADD = 1 << 30  # instead of a state to shift to: the token goes on with the repetition on top
_OPENERS = frozenset(
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


@functools.cache
def _table() -> Table:
    texts = [(data_dir("grammar") / name).read_bytes() for name in GRAMMAR]
    start, shifts, gotos, rules = cached(
        "grammar", digest([_FORM, *texts]), lambda: _compile(b"\n".join(texts).decode())
    )
    return (
        start,
        shifts,
        gotos,
        [(size, origin, how, BUILD.get(name, BUILD["pass"])) for size, origin, how, name in rules],
    )


def _compile(grammar: str) -> list[Any]:
    """The LALR table as plain data: per state what a token does (shift > 0, reduce < 0, accept 0), and the gotos."""
    from lark import Lark  # lazily: only when the grammar changed
    from lark.lexer import Lexer
    from lark.parsers.lalr_analysis import Shift

    class Ready(Lexer):
        def __init__(self, conf: Any) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any) -> Any:
            return iter(())  # never asked: the table is run by `_run`

    lark = Lark(grammar, parser="lalr", lexer=Ready, maybe_placeholders=False)
    table = lark.parser.parser._parse_table
    rules: list[Any] = [[0, "", 0, ""]]
    number: dict[Any, int] = {}
    for rule in lark.rules:
        number[rule] = len(rules)
        rules.append(_rule_row(rule))
    end = table.end_states["start"]
    # States are counted from 1, so that 0 can stand for accept.
    shifts: list[Row] = [{}]
    gotos: list[Row] = [{}]
    for state in range(len(table.states)):
        row: Row = {}
        goto: Row = {}
        for symbol, (action, target) in table.states[state].items():
            if action is Shift:
                (goto if symbol.startswith("_") or symbol.islower() else row)[symbol] = target + 1
            else:
                row[symbol] = -number[target]
        if state == end:
            row["$END"] = 0
        shifts.append(row)
        gotos.append(goto)
    return [table.start_states["start"] + 1, *_shortened(shifts, gotos, rules), rules]


def _shortened(shifts: list[Row], gotos: list[Row], rules: list[Any]) -> list[list[Row]]:
    """The table without the states that only pass one child on: most of the work on plain words."""

    def only_rule(state: int) -> list[Any] | None:
        actions = set(shifts[state].values())
        return rules[-actions.pop()] if len(actions) == 1 and max(actions) < 0 else None

    def beyond(state: int, to: int) -> int:
        """The state that follows `to` when all is passed on."""
        while (rule := only_rule(to)) and rule[2] == _PASS:
            to = gotos[state][rule[1]]
        return to

    def adds(state: int, to: int) -> bool:
        rule = only_rule(to)
        return rule is not None and rule[2] == _MORE and rule[0] == 2

    return [
        [
            {
                symbol: to if to <= 0 else _ADD if adds(state, beyond(state, to)) else beyond(state, to)
                for symbol, to in row.items()
            }
            for state, row in enumerate(shifts)
        ],
        [{symbol: beyond(state, to) for symbol, to in row.items()} for state, row in enumerate(gotos)],
    ]


def _rule_row(rule: Any) -> list[Any]:
    origin = str(rule.origin.name)
    names = [str(symbol.name) for symbol in rule.expansion]
    if origin.startswith("__"):
        return [len(names), origin, _MORE if names[0] == origin else _MANY, ""]
    if origin.startswith("_"):
        return [len(names), origin, _PASS if len(names) == 1 else _MANY, ""]
    name = str(rule.alias or origin)
    if name not in BUILD and len(names) == 1:
        return [1, origin, _PASS, name]
    return [len(names), origin, _GATHER if any(n.startswith("_") for n in names) else 0, name]


def read_item(text: str, kind: Kind, *, why: bool = True) -> ItemReading:
    """What one eligibility item says; without `why`, not for which reasons parts of it are not understood."""
    if len(text) > LONGEST:
        return too_long(text)
    raw = scan(text)
    if not why and says_nothing(raw):
        return nothing(raw, text)
    tokens = share(settle(joined_numbers(raw), text), text)
    types = frozenset([t.type for t in tokens])
    if types.isdisjoint(TELLING):
        return unread(tokens, text)
    if not why and types <= WORDS and nothing_alone(tokens, text):
        return nothing(tokens, text)
    return read_tree(_parse(tokens), tokens, text, kind, why=why)


def read_comparisons(text: str) -> tuple[Comparison, ...]:
    """Every numeric or ordinal comparison that the text states."""
    if len(text) > LONGEST:
        return ()
    return comparisons(bind(parse(text), text), text)
