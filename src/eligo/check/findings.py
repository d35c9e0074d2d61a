"""What a check finds, as data: a code, a severity, a message, every criterion it speaks of with its place, and a help.

A note of one of the criteria that begins with `check CODE:` explains the finding: it is counted, but not reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from eligo.check.logic import Literal, LogicContext, LogicJoin, Node, Path, literals, negated, node_of
from eligo.criteria import AllOf, AnyOf, AtLeast, Attest, Criterion, IfThen, Leaf, Not, Predicate
from eligo.dataclass import dataclass, field
from eligo.errors import Place, Problem, Severity
from eligo.ruleset import RuleSet
from eligo.yamltext import YamlText


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One thing that a person should look at; `places` has the place of each of `criteria`, in the same order."""

    code: str
    severity: Severity
    message: str
    criteria: tuple[str, ...]
    places: tuple[Place, ...]
    help: str | None = None

    def as_json(self) -> dict[str, object]:
        """The finding as JSON data."""
        places = [{"file": p.file, "line": p.line, "column": p.column, "path": p.path} for p in self.places]
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "criteria": list(self.criteria),
            "places": [{k: v for k, v in place.items() if v is not None} for place in places],
            "help": self.help,
        }

    def as_problem(self) -> Problem:
        """The finding as a problem at its first place, the others named in the help."""
        more = zip(self.criteria[1:], self.places[1:], strict=True)
        others = [f"`{name}` stands in line {place.line}" for name, place in more if place.line]
        text = "; ".join([*others, *([self.help] if self.help else [])])
        return Problem(self.code, self.message, self.places[0] if self.places else Place(), text or None, self.severity)


def leaves_at(predicate: Predicate, path: Path = ("when",)) -> Iterator[tuple[Path, Leaf]]:
    """Every leaf with the path at which it stands in the criterion."""
    match predicate:
        case AllOf(parts):
            yield from _leaves_of(parts, (*path, "all"))
        case AnyOf(parts):
            yield from _leaves_of(parts, (*path, "any"))
        case AtLeast(_, parts):
            yield from _leaves_of(parts, (*path, "of"))
        case Not(part):
            yield from leaves_at(part, (*path, "not"))
        case IfThen(condition, then):
            yield from leaves_at(condition, (*path, "if"))
            yield from leaves_at(then, (*path, "then"))
        case _:
            yield path, predicate


def _leaves_of(parts: Sequence[Predicate], path: Path) -> Iterator[tuple[Path, Leaf]]:
    for i, part in enumerate(parts):
        yield from leaves_at(part, (*path, i))


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """One criterion with its logic: `node` is the sentence as written, `needed` what it asks of a patient."""

    criterion: Criterion
    index: int
    node: Node

    @property
    def id(self) -> str:
        """The criterion's id."""
        return self.criterion.id

    @property
    def included(self) -> bool:
        """Whether it is an inclusion criterion."""
        return self.criterion.kind == "inclusion"

    @property
    def needed(self) -> Node:
        """What a patient must be like to pass."""
        return self.node if self.included else negated(self.node)

    def shared(self) -> tuple[Literal, ...]:
        """What passing says to other criteria; what is attested is asked anew for each of them."""
        return tuple(n for n in literals(self.needed) if not isinstance(getattr(n, "leaf", None), Attest))


@dataclass
class CheckSubject:
    """A rule set to be checked, with the lines of its file."""

    ruleset: RuleSet
    file: str | None
    lines: YamlText
    items: tuple[CheckedItem, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.items = tuple(CheckedItem(c, i, node_of(c.predicate)) for i, c in enumerate(self.ruleset.criteria))

    @cached_property
    def regions(self) -> tuple[tuple[str | None, tuple[CheckedItem, ...]], ...]:
        """The criteria that must hold together: the common ones, for each arm with its own."""
        arms: list[str | None] = [c.id for c in self.ruleset.cohorts] or [None]
        return tuple((a, tuple(i for i in self.items if i.criterion.cohort in (None, a))) for a in arms)

    def place(self, item: CheckedItem, path: Path = ()) -> Place:
        """Where a criterion, or a part of it, stands in the file."""
        place = self.lines.place(("criteria", item.index, *path), self.file)
        return Place(self.file, place.line, place.column, ".".join(map(str, (item.id, *path))))

    def finding(
        self, code: str, severity: Severity, message: str, *items: CheckedItem, path: Path = (), fix: str | None = None
    ) -> CheckFinding:
        """A finding about criteria; `path` is the part of the first one that it speaks of."""
        places = tuple(self.place(item, path if i == 0 else ()) for i, item in enumerate(items))
        return CheckFinding(code, severity, message, tuple(item.id for item in items), places, fix)


def context_of(items: tuple[CheckedItem, ...]) -> LogicContext:
    """What holds for a patient who passes all of the criteria."""
    return LogicContext(literal for item in items for literal in item.shared())


def restricts(node: Node) -> bool:
    """Whether the node says anything at all; text that restricts nothing does not."""
    return not (isinstance(node, LogicJoin) and all(isinstance(p, LogicJoin) and not restricts(p) for p in node.parts))
