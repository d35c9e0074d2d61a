"""What makes a start light does what the standard library's own does."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from typing import Any

import pytest

from eligo.criteria import Duration, Present, Window
from eligo.data import data_dir
from eligo.dataclass import dataclass, field, fields, is_dataclass, replace
from eligo.namedtuple import NamedTuple
from eligo.regex import regex
from eligo.screening import load_rules
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.relations import load, relations


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen one."""

    name: str
    places: tuple[int, ...] = ()
    made: dict[str, int] = field(default_factory=dict, compare=False)


@dataclass(slots=True)
class Base:
    """One that changes."""

    name: str
    seen: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.seen.append(self.name)


@dataclass(slots=True)
class Derived(Base):
    """One with a field more."""

    more: int = 3


class Pair(NamedTuple):
    """A named tuple."""

    first: int
    second: str = "b"

    @property
    def both(self) -> str:
        """Both parts."""
        return f"{self.first}{self.second}"


def test_a_frozen_data_class_is_compared_by_what_counts_and_never_changes() -> None:
    one = Frozen("a", (1,), {"x": 1})

    assert one == Frozen("a", (1,))
    assert hash(one) == hash(Frozen("a", (1,)))
    assert one != Frozen("b", (1,))
    assert repr(one) == "Frozen(name='a', places=(1,), made={'x': 1})"
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "b"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.name


def test_data_classes_take_what_their_fields_say_and_nothing_else() -> None:
    wrong: Any = Frozen
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
        wrong()
    with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
        wrong("a", other=1)
    assert Frozen("a").made is not Frozen("a").made
    assert (Derived("a").name, Derived("a").seen, Derived("a", 4).more) == ("a", ["a"], 4)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Base("a"))


@pytest.mark.parametrize("like", [replace, dataclasses.replace])
def test_one_like_another_differs_in_what_is_named_alone(like: Any) -> None:
    one = Frozen("a", (1,), {"x": 1})

    assert like(one, name="b") == Frozen("b", (1,))
    assert like(one, name="b").made is one.made
    with pytest.raises(TypeError):
        like(one, other=1)


def test_the_standard_library_takes_our_data_classes() -> None:
    assert is_dataclass(Frozen)
    assert dataclasses.is_dataclass(Frozen)
    assert dataclasses.asdict(Frozen("a", (1,))) == {"name": "a", "places": (1,), "made": {}}
    ours, theirs = fields(Frozen), dataclasses.fields(Frozen)
    assert [(f.name, f.compare, f.init) for f in ours] == [(f.name, f.compare, f.init) for f in theirs]
    match Frozen("a", (1,)):
        case Frozen(name, places):
            assert (name, places) == ("a", (1,))


LEAF = Present("ascites", window=Window(Duration(3, "mo")), span=(2, 9))  # machine code, where the build made it


@pytest.mark.parametrize("one", [Frozen("a", (1,), {"x": 1}), Derived("a", 4), Pair(1), Pair(2, "c"), LEAF])
def test_copies_are_the_same(one: Any) -> None:
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(one) == one
    assert repr(copy.copy(one)) == repr(one)


def test_leaves_are_frozen_whatever_makes_them() -> None:
    again = dataclasses.replace(LEAF, span=None)

    assert (again, hash(again)) == (LEAF, hash(LEAF))  # spans do not count
    assert again != replace(LEAF, count=2)
    assert [f.name for f in dataclasses.fields(LEAF)] == [f.name for f in fields(Present)]
    assert repr(again).startswith("Present(concept='ascites', status='active', qualifier=None, window=Window(")
    with pytest.raises(dataclasses.FrozenInstanceError):
        LEAF.count = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del LEAF.count
    with pytest.raises(AttributeError):
        _ = LEAF.__dict__
    match LEAF:
        case Present(concept, status, count=count):
            assert (concept, status, count) == ("ascites", "active", 1)


def test_named_tuples_are_tuples_with_names() -> None:
    one = Pair(1)
    wrong: Any = Pair

    assert one == (1, "b")
    assert (one.first, one.second, one.both) == (1, "b", "1b")
    assert one._replace(second="c") == Pair(second="c", first=1)
    assert one._asdict() == {"first": 1, "second": "b"}
    assert repr(one) == "Pair(first=1, second='b')"
    assert (Pair._fields, Pair.__match_args__) == (("first", "second"), ("first", "second"))
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'first'"):
        wrong()
    with pytest.raises(ValueError, match="other"):
        one._replace(other=1)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        one.first = 2  # type: ignore[misc]


def test_a_regular_expression_is_compiled_at_its_first_use() -> None:
    digits = regex(r"(\d+)", re.ASCII)
    compiled = re.compile(r"(\d+)", re.ASCII)

    for name in ("findall", "split"):
        assert getattr(digits, name)("a1b22") == getattr(compiled, name)("a1b22")
    assert digits.sub("-", "a1b22") == "a-b-"
    assert digits.pattern == compiled.pattern
    with pytest.raises(re.error):
        regex("(").match("")


def test_what_is_kept_of_relations_is_what_they_are() -> None:
    rules = load_rules()
    rules.engine()
    asked = {test.concept for plan in rules.plans for test in plan.tests if isinstance(test, Present)}
    anew = load(data_dir("grammar") / "relations.yaml", concepts())

    assert {id_: relations().open_to(id_) for id_ in asked} == {id_: anew.open_to(id_) for id_ in asked}
