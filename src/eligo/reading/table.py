"""The LALR(1) table that Lark builds from `grammar/*.lark`, kept so that Lark is imported only when they change."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.reading.syntax import BUILD, JOINS

GRAMMAR = ("criterion.lark", "limits.lark", "times.lark")  # read as one

_FORM = b"4"
Row = dict[str, int]  # of a state: what each symbol leads to
Build = Callable[[list[Any]], Any]
Table = tuple[int, list[Row], list[Row], list[tuple[int, str, int, Build]]]

MANY: Final = 1  # a rule that stands for `*` or `?` and hands its children to the rule above
MORE: Final = 2  # the same, going on with what it already has
PASS: Final = 3  # a rule with one child that it passes on
GATHER: Final = 4  # a rule that has a repetition among its children
ADD: Final = 1 << 30  # instead of a state to shift to: the token goes on with the repetition on top


@functools.cache
def lalr_table() -> Table:
    """The start state; what each state does with a token; the gotos; and the rules that reduce."""
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

    class NeverAsked(Lexer):
        def __init__(self, conf: Any) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any) -> Any:
            return iter(())  # never asked: the table is run by parse.py

    lark = Lark(grammar, parser="lalr", lexer=NeverAsked, maybe_placeholders=False)
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
        while (rule := only_rule(to)) and rule[2] == PASS:
            to = gotos[state][rule[1]]
        return to

    def adds(state: int, to: int) -> bool:
        rule = only_rule(to)
        return rule is not None and rule[2] == MORE and rule[0] == 2

    return [
        [
            {
                symbol: to if to <= 0 else ADD if adds(state, beyond(state, to)) else beyond(state, to)
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
        return [len(names), origin, MORE if names[0] == origin else MANY, ""]
    if origin.startswith("_"):
        return [len(names), origin, PASS if len(names) == 1 else MANY, ""]
    name = str(rule.alias or origin)
    if len(names) == 1 and (name not in BUILD or name in JOINS):
        return [1, origin, PASS, name]
    return [len(names), origin, GATHER if any(n.startswith("_") for n in names) else 0, name]
