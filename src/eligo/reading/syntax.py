"""What each rule of the grammar builds: children in, a node of `tree.py` out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from eligo.criteria import Normal, Op, Span
from eligo.criteria import Number as Value
from eligo.reading.numbers import Number
from eligo.reading.tokens import Token
from eligo.reading.tree import Amount, Anchor, Bracket, Branch, Clause, CountOf, Limits, TimeNode, WrittenLimit

Children = list[Any]


def _branch(rule: str) -> Callable[[Children], Any]:
    def build(children: Children) -> Any:
        if len(children) == 1:  # as most are
            return children[0]
        first = children[0]
        if first.__class__ is Branch and first.rule == rule == "semicolons":
            return Branch(rule, (*first.parts, *children[2::2]), (*first.marks, *children[1::2]))
        return Branch(rule, tuple(children[::2]), tuple(children[1::2]))

    return build


def _led(rule: str) -> Callable[[Children], Any]:
    """A rule that begins with its word: `if A, B`."""

    def build(children: Children) -> Any:
        return Branch(rule, tuple(children[1::2]), tuple(children[::2]))

    return build


def _unit(children: Children) -> Clause:
    return Clause(tuple(children))


def _bracket(children: Children) -> Bracket:
    return Bracket(children[1], None, (children[0].start, children[2].end))


def _scoped_bracket(children: Children) -> Bracket:
    return Bracket(children[2], children[1], (children[0].start, children[3].end))


def _limits(children: Children) -> Limits:
    limits: list[WrittenLimit] = [c for c in children if c.__class__ is WrittenLimit]
    for i in range(1, len(limits)):
        limits[i] = _with_sign_of(limits[i - 1], limits[i])
    if len(limits) == 2 and len(limits[0].bounds) == len(limits[1].bounds) == 1:
        ((op, amount),), ((other, second),) = limits[0].bounds, limits[1].bounds
        amount, second = _same_power(amount, second)
        limits = [limits[0]._replace(bounds=((op, amount),)), limits[1]._replace(bounds=((other, second),))]
    joins = tuple(c.value or "," for c in children if c.__class__ is Token and c.type == "JOIN")
    return Limits(tuple(limits), joins, (limits[0].span[0], limits[-1].span[1]))


def _with_sign_of(before: WrittenLimit, limit: WrittenLimit) -> WrittenLimit:
    """`above 20 g and 30 g`: a bare number with a unit has the sign of the limit before it."""
    if before.form != "compared" or limit.form != "bare":
        return limit
    (op, amount), (_, bare) = before.bounds[0], limit.bounds[0]
    if amount.unit is None or bare.unit is None:
        return limit
    return limit._replace(form="compared", bounds=((op, bare),))


def _span(children: Children) -> Span:
    return children[0].span[0], children[-1].span[1]


def _skipped(children: Children) -> tuple[Token, ...]:
    return tuple(c for c in children if c.__class__ is Token and c.type == "SKIP")


def _amounts(children: Children) -> list[Amount]:
    return [c for c in children if c.__class__ is Amount]


def _after_op(children: Children) -> Token | None:
    last = children[-1]
    return last if last.__class__ is Token and last.type in ("AFTER", "AGEAFTER") else None


def _age_of(children: Children, amounts: list[Amount]) -> Span | None:
    """The place of a word that makes the number an age: `old`, `or older`, `older than`."""
    for amount in reversed(amounts):
        if amount.age:
            return amount.age
    after = _after_op(children)
    if after is not None and after.type == "AGEAFTER":
        return after.span
    head = children[0]
    if head.__class__ is Token and head.type == "AGECOMP":
        return head.span
    return None


def _compared(children: Children) -> WrittenLimit:
    found = next((c for c in children if c.__class__ is WrittenLimit), None)
    op: Op = children[0].value
    if found is not None:
        (lower, low), (upper, high) = found.bounds
        # In "> 18 to < 65" the sign is that of the lower end; "> 10-15" does not say which end is meant.
        apart = high.span[0] - low.span[1] > 1 and op in ("gt", "ge")
        bounds = ((op if apart else lower, low), (upper, high))
        form = found.form if apart else "vague"
        return found._replace(form=form, bounds=bounds, span=_span(children), inside=_skipped(children) + found.inside)
    amounts, after = _amounts(children), _after_op(children)
    form = "compared"
    if (
        after is not None and after.value[0] != op[0]
    ):  # `up to 450 ms and more` begins there; `> 5 or less` says nothing
        worded = op == "le" and children[0].end - children[0].start >= len("up to")
        op, form = (after.value, form) if worded else (op, "vague")
    return WrittenLimit(form, ((op, amounts[0]),), _span(children), _age_of(children, amounts), _skipped(children))


def _beyond(children: Children) -> WrittenLimit:
    reference = children[-1]
    op: Op = children[0].value
    of = reference.value
    if of == "normal":
        of = "ULN" if op in ("gt", "ge") else "LLN"
    amount = Amount(Number(1, reference.end), reference.span, None, of)
    return WrittenLimit("beyond", ((op, amount),), _span(children), None, _skipped(children))


def _range(children: Children) -> WrittenLimit:
    low, high = _same_power(*_amounts(children))
    upper = next((c for c in children if c.__class__ is Token and c.type == "TOCOMP"), None)
    op: Op = upper.value if upper is not None and upper.value in ("lt", "le") else "le"
    if low.of is None and low.unit is None and high.of is not None:
        low = low._replace(of=high.of)
    bounds: tuple[tuple[Op, Amount], ...] = (("ge", low), (op, high))
    if low.number.value > high.number.value and _may_turn(low, high):
        bounds = (("ge", high), ("le", low))
    form = "ranged" if upper is None or op == upper.value else "vague"  # "from 4 to >= 6"
    return WrittenLimit(form, bounds, _span(children), high.age or low.age, _skipped(children))


def _may_turn(low: Amount, high: Amount) -> bool:
    """Whether a range may be written from its upper end to its lower one: `-2 to -5`, and `10 to 5 mg`."""
    if low.unit is None:
        return True
    return low.number.value < 0 and high.unit is not None and low.unit.value == high.unit.value


def _normal(children: Children) -> WrittenLimit:
    """Between the lower and the upper limit of normal."""
    span = children[0].span
    ends: tuple[tuple[Op, str], ...] = (("ge", "LLN"), ("le", "ULN"))
    bounds = tuple((op, Amount(Number(1, span[1]), span, None, of)) for op, of in ends)
    return WrittenLimit("beyond", bounds, span)


_WRITTEN_OUT: Final = 1000  # a count that needs no power of ten is not smaller


def _same_power(first: Amount, second: Amount) -> tuple[Amount, Amount]:
    """`50-100 x 10^9/L`: the power of ten and the unit of one number are those of the other too."""
    return _with_power_of(first, second), _with_power_of(second, first)


def _with_power_of(amount: Amount, other: Amount) -> Amount:
    number, power = amount.number, other.number.power
    if not power or number.power or amount.unit or amount.of or number.value >= _WRITTEN_OUT:
        return amount
    value = float(f"{number.value!r}e{power}")
    return amount._replace(number=number._replace(value=value, power=power), unit=other.unit)


def _ranged(children: Children) -> WrittenLimit:
    limit: WrittenLimit = next(c for c in children if c.__class__ is WrittenLimit)
    return limit._replace(
        span=_span(children), age=limit.age or _age_of(children, []), inside=_skipped(children) + limit.inside
    )


def _bounded(children: Children) -> WrittenLimit:
    amount, after = children[:2]
    op: Op = after.value
    if len(children) > 2 and amount.unit is None:
        amount = _with_unit(amount, children[2:])
    return WrittenLimit("bounded", ((op, amount),), _span(children), _age_of(children, [amount]))


FLIPPED: Final[dict[Op, Op]] = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq"}


def _flipped(children: Children) -> WrittenLimit:
    amount, sign = children
    return WrittenLimit("flipped", ((FLIPPED[sign.value], amount),), _span(children), amount.age)


def _bare(children: Children) -> WrittenLimit:
    amount: Amount = children[0]
    return WrittenLimit("bare", (("eq", amount),), amount.span, amount.age)


def _amount(children: Children) -> Amount:
    number = children[0].value
    amount = Amount(number, (children[0].start, children[-1].end))
    return _with_unit(amount, children[1:]) if len(children) > 1 else amount


def _with_unit(amount: Amount, children: Children) -> Amount:
    """The amount with what stands behind its number."""
    unit: Token | None = None
    of: str | None = None
    age: Span | None = None
    give: Value | None = None
    side: Op | None = None
    for child in children:
        kind = child.type
        if kind == "UNIT":
            unit = unit or child
        elif kind == "AGEUNIT":
            unit, age = unit or child, child.span
        elif kind == "OLD":
            age = child.span
        elif kind == "REF":
            of = child.value
        elif kind == "ABOVE":
            side = child.value
        elif kind == "NUM":
            give = child.value.value
    amount = amount._replace(unit=unit, of=of, age=age, give=give)
    return amount if side is None else _beside_normal(amount, side)


def _beside_normal(amount: Amount, side: Op) -> Amount:
    """`4 s above ULN`: the limit of normal is added to."""
    normal: Normal = "ULN" if amount.of == "ULN" or (amount.of == "normal" and side == "gt") else "LLN"
    return amount._replace(of=None, above=normal if side == "gt" else None, below=normal if side == "lt" else None)


def _anchor(children: Children) -> Anchor:
    first = children[0]
    event = children[1].value if len(children) > 1 else None
    return Anchor(first.type, event, (first.start, children[-1].end))


def _window(children: Children) -> TimeNode:
    limits = next((c for c in children if c.__class__ is Limits), None)
    anchor = children[-1] if children[-1].__class__ is Anchor else None
    unit = next((c for c in children[1:] if c.__class__ is Token and c.type == "UNIT"), None)
    form = children[0].value or children[0].type.lower()  # `ahead`, else `within` or `lasting`
    return TimeNode(form, limits, unit, anchor, _span(children))


def _timed(children: Children) -> TimeNode:
    return TimeNode("timed", children[0], None, children[1], _span(children))


def _choice(children: Children) -> CountOf:
    return CountOf(children[0], children[1], _span(children))


def _only(children: Children) -> Any:
    return children[0]


# The rules that join, the loosest first; one with a single part is that part.
JOINS: Final = (
    *("sub_items", "sentences", "semicolons", "and_headed", "headed", "parted"),
    *("if_then", "unless", "must", "allowed", "but", "examples", "commas", "chain", "related", "target"),
)

# INVARIANT: every rule or label of the grammar that is not named here passes its only child on.
BUILD: Final[dict[str, Callable[[Children], Any]]] = {
    **{rule: _branch(rule) for rule in JOINS},
    "if_first": _led("if_first"),
    "unit": _unit,
    "bracket": _bracket,
    "scoped_bracket": _scoped_bracket,
    "choice": _choice,
    "limits": _limits,
    "compared": _compared,
    "age_compared": _compared,
    "beyond": _beyond,
    "normal": _normal,
    "ranged": _ranged,
    "bounded": _bounded,
    "bare": _bare,
    "flipped": _flipped,
    "range": _range,
    "amount": _amount,
    "window": _window,
    "timed": _timed,
    "anchor": _anchor,
    "pass": _only,
}
