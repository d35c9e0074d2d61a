"""`grammar/ages.yaml` in; out how old a result of a variable may be, and how long a concept can go on.

A record keeps what nobody closed, and values of years ago; neither says anything about today.
"""

from __future__ import annotations

import functools
from typing import Any, cast

from eligo.cache import cached, digest
from eligo.criteria import DAYS_IN, Duration, TimeUnit
from eligo.data import data_dir
from eligo.vocabulary.concepts import concepts, is_outside
from eligo.vocabulary.own_names import forgotten_with_names
from eligo.vocabulary.variables import variables

_FORM = b"3"  # of the cached data: another form must not meet an old cache
_MOST = 10_000  # things whose time is kept; records bring any number of names
_FILES = ("ages.yaml", "concepts.yaml", "variables.yaml")


@functools.cache
def result_age(variable: str) -> Duration | None:
    """How old a result of the variable may be and still decide; None for one that never grows too old.

    >>> str(result_age("platelets")), result_age("height")
    ('90 d', None)
    """
    return _duration(_tables()["results"].get(variable))


@forgotten_with_names
@functools.lru_cache(_MOST)
def lasting(concept: str, visit: bool = False) -> Duration | None:
    """The longest time that the concept goes on; None where it may be for life.

    `visit` asks for a diagnosis of one visit, of which nothing says that it went on.

    >>> str(lasting("pregnancy")), lasting("cirrhosis", visit=True), str(lasting("edema", visit=True))
    ('44 wk', None, '1 a')
    """
    tables = _tables()
    classes = _stated(concept)
    lengths = [length for id_ in classes if (length := _duration(tables["lasts"].get(id_)))]
    if lengths:
        return min(lengths, key=lambda length: length.value * DAYS_IN[length.unit])
    short = visit and not any(id_ in tables["life"] for id_ in classes)
    return _duration(tables["visit"] if short else None)


def _stated(concept: str) -> tuple[str, ...]:
    """The concepts of which the file speaks in the place of this one: itself, or what an entry is a kind of."""
    known = concepts().get(concept) if is_outside(concept) else None
    return (concept, *known.parents) if known is not None else (concept,)


@forgotten_with_names
@functools.lru_cache(_MOST)
def is_event(concept: str) -> bool:
    """Whether the concept happens, so that its day counts, however long a list keeps it."""
    known = concepts().get(concept)
    return known is not None and known.aspect == "event"


@functools.cache
def event_time() -> Duration:
    """The time after its day in which an event may still go on."""
    return cast(Duration, _duration(_tables()["event"]))


@functools.cache
def answer_age(about: str) -> Duration | None:
    """How old the answer of a person may be and still decide: on a kind of concept, a link, a measurement ...

    >>> str(answer_age("criterion"))
    '180 d'
    """
    return _duration(_tables()["answers"].get(about))


@functools.cache
def denied_days() -> float:
    """How old a denial of one day may be, in days, and still say that something is not there."""
    return float(_tables()["denied"])


def _duration(text: str | None) -> Duration | None:
    if text is None:
        return None
    value, unit = text.split()
    return Duration(int(value), cast(TimeUnit, unit))


@functools.cache
def _tables() -> dict[str, Any]:
    texts = [(data_dir("grammar") / name).read_bytes() for name in _FILES]

    def build() -> dict[str, Any]:
        from eligo.vocabulary.ages_file import read  # lazily: a warm start needs no YAML

        return read(texts[0].decode(), _FILES[0], concepts(), variables())

    tables: dict[str, Any] = cached("ages", digest([_FORM, *texts]), build)
    return tables
