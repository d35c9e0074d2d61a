"""Inputs of one kind in, as few calls out as a user would make: many patients, files or lines in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bench.fuzz.kinds import Input

MOST = 150  # inputs of one call


class Numbered(NamedTuple):
    """An input with its number and its kind."""

    number: int
    kind: str
    made: Input


def batches(found: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    """The inputs in groups of which each can be one call; what does not go with others comes alone."""
    waiting: dict[object, list[Numbered]] = {}
    for one in found:
        key = _key(one)
        if key is None:
            yield [one]
            continue
        group = waiting.setdefault(key, [])
        group.append(one)
        if len(group) == MOST:
            yield waiting.pop(key)
    yield from waiting.values()


def _key(one: Numbered) -> object:
    """What inputs of one call have in common: everything but the file or folder of their own."""
    made = one.made
    if not made.own or made.arguments.count(made.own) != 1:
        return None
    shared = tuple((name, content) for name, content in made.files.items() if not _is_own(name, made.own))
    return one.kind, made.arguments, made.own, shared


def _is_own(name: str, own: str) -> bool:
    return name == own or name.startswith(f"{own}/")


def merged(group: Sequence[Input]) -> Input:
    """One input that does what all of them do: lines in one file, or each file and folder under a name of its own."""
    first = group[0]
    if len(group) == 1:
        return first
    # No other processes: they take longer to start than a few records or lines need.
    alone = ("--processes", "1") if first.arguments[0] in ("screen", "next", "parse") else ()
    if "--jsonl" in first.arguments:
        files = {first.own: b"\n".join(made.files[made.own] for made in group)}
        return first._replace(files=files, arguments=(*first.arguments, *alone), own="")
    files = {name: content for name, content in first.files.items() if not _is_own(name, first.own)}
    for i, made in enumerate(group):
        files |= {f"{i}{name}": content for name, content in made.files.items() if _is_own(name, made.own)}
    names = tuple(f"{i}{first.own}" for i in range(len(group)))
    at = first.arguments.index(first.own)
    return Input(files, (*first.arguments[:at], *names, *first.arguments[at + 1 :], *alone))
