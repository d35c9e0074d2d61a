"""Lines of JSON with eligibility text in, lines of JSON with criteria and comparisons out, as many as there are.

The one design goal is speed: no import that reading does not need, large writes, and no search for garbage.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from eligo.commands.crowd import BATCH, in_order
from eligo.commands.progress import Progress
from eligo.criteria import Ambiguity, Criterion, Predicate, Unparsed
from eligo.ending import emit
from eligo.errors import EligoError, Place, Problem
from eligo.files import lines_of
from eligo.isolation import ends_run, problems_of
from eligo.jsontext import shown as printable
from eligo.jsontext import twice
from eligo.reading.item import ItemReading
from eligo.reading.parse import read_item
from eligo.report.jsonline import shown
from eligo.report.problems import write_problems
from eligo.ruleset.data import to_data
from eligo.truth import KINDS, Kind

_CHUNK = 256  # lines that are written together
_COLLECT = 500_000  # objects that nothing has freed, after which garbage is looked for
_KEPT, _LONGEST_KEPT = 4096, 400  # readings, characters: protocols copy short lines from one another


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these keys; of two values of one key nobody can tell which is meant."""
    made = dict(pairs)
    if len(made) != len(pairs):
        message = f"the key `{printable(twice(pairs))}` appears twice"
        raise EligoError(Problem("duplicate-key", message, help="keep one of the two"))
    return made


_decode = json.JSONDecoder(object_pairs_hook=_object).decode
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False).encode
_quoted = json.encoder.encode_basestring  # what the encoder does with a text, without its ways to it


_asked: list[tuple[Kind, str]] = []  # what a line is that does not say it, and the name of the file, in this process


def run(source: str, kind: Kind, processes: int | None = None) -> int:
    """One output line for each input line; a line that cannot be read is reported, and the others go on."""
    failed = False
    name = "<stdin>" if source == "-" else source
    out: list[str] = []
    every, batch, count = (1, 1, 1) if sys.stdout.isatty() else (_CHUNK, BATCH, processes)
    with opened(source) as stream, Progress("lines") as progress, collector_at_rest():
        lines = (numbered for numbered in enumerate(lines_of(stream, name), 1) if numbered[1].strip())
        for answer in in_order(lines, _answers, _start, (kind, name), count, _lost, batch):
            if isinstance(answer, str):
                out.append(answer)
            else:
                progress.clear()
                write_problems(answer, as_json=True)
                failed = True
            progress.step()
            if len(out) >= every:
                emit("".join(out))
                out.clear()
        emit("".join(out))
    return 1 if failed else 0


def _start(asked: tuple[Kind, str]) -> None:
    """Make this process ready."""
    _asked[:] = [asked]
    gc.disable()  # as `collector_at_rest` says, in a process that was not forked too


def _answers(lines: list[tuple[int, bytes]]) -> list[str | Sequence[Problem]]:
    """The output line of each numbered line, or what is wrong with it."""
    kind, name = _asked[0]
    made: list[str | Sequence[Problem]] = []
    for number, line in lines:
        try:  # what a `Unit` does, without one for each line
            made.append(_answer(line, kind))
        except Exception as error:
            if ends_run(error):
                raise
            made.append(problems_of(error, Place(name, number)))
    if gc.get_count()[0] > _COLLECT:
        gc.collect()
    return made


def _lost(line: tuple[int, bytes]) -> Sequence[Problem]:
    """What is said of a line whose process was killed, twice."""
    message = "the process that read the line was killed, and so was the one that tried again"
    return (Problem("not-read", message, Place(_asked[0][1], line[0]), "read it by itself, with more memory"),)


@contextlib.contextmanager
def collector_at_rest() -> Iterator[None]:
    """No search for garbage inside, nor for what was made inside: a reading has no cycles, and is freed without it."""
    was_on = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # else the young generation holds all that was made inside, and is searched at once
        gc.unfreeze()
        if was_on:
            gc.enable()


@contextlib.contextmanager
def opened(source: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input for `-`."""
    if source == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(source).open("rb")  # noqa: SIM115 - what its reader raises is not to be caught here
    except (OSError, ValueError) as error:  # the latter: a null character
        why = (getattr(error, "strerror", None) or "the name is not valid").lower()
        raise EligoError(Problem("file", f"the file cannot be read: {why}", Place(source))) from None
    with stream:
        yield stream


def _answer(line: bytes, kind: Kind) -> str:
    """The output line of an input line."""
    row = json_row(line)
    text, section = row.get("text"), row.get("section") or kind
    if not isinstance(text, str):
        raise EligoError(Problem("json-line", "the line is not an object with a `text`"))
    if section not in KINDS:
        raise EligoError(Problem("json-line", "`section` is neither `inclusion` nor `exclusion`"))
    rest = (_kept_answer_of if len(text) <= _LONGEST_KEPT else answer_of)(text, cast(Kind, section))
    try:
        return shown(f'{{"id": {_encode(row.get("id"))}, {rest}')
    except ValueError:  # NaN, or a number that is past all floats
        raise EligoError(Problem("json-line", "the `id` holds a number that JSON does not have")) from None


def json_row(line: bytes) -> dict[str, Any]:
    """The JSON object of a line."""
    try:
        row = _decode(line.decode().removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise EligoError(Problem("json-line", "the line is not JSON in UTF-8")) from None
    if not isinstance(row, dict):
        raise EligoError(Problem("json-line", "the line is not an object with a `text`"))
    return row


def answer_of(text: str, kind: Kind) -> str:
    """The output line from after the id to its end."""
    reading = read_item(text, kind, why=False)
    comparisons = _encode([c.as_json() for c in reading.comparisons]) if reading.comparisons else "[]"
    return f'"criteria": [{_criterion(text, kind, reading)}], "comparisons": {comparisons}}}\n'


_kept_answer_of = functools.lru_cache(_KEPT)(answer_of)


def _criterion(text: str, kind: Kind, reading: ItemReading) -> str:
    """The one criterion of a sentence; written by hand where nothing is understood, as in most of the lines."""
    predicate, notes = reading.predicate, _notes(reading)
    if isinstance(predicate, Unparsed) and not notes and not reading.ambiguity and _first(predicate, text):
        words = _quoted(predicate.text)
        return f'{{"kind": "{kind}", "text": {_quoted(text)}, "when": {{"unparsed": {words}, "words": {words}}}}}'
    return _encode(_reading_data({"kind": kind, "text": text}, text, predicate, reading.ambiguity, notes))


def _first(leaf: Unparsed, text: str) -> bool:
    """Whether the words of the leaf stand nowhere before it in the text."""
    return leaf.span is not None and text.find(leaf.text) == leaf.span[0]


def read_criterion(text: str, kind: Kind) -> tuple[Criterion, ItemReading]:
    """One sentence as a criterion without an id, and its reading."""
    reading = read_item(text, kind)
    return Criterion("", kind, text, reading.predicate, ambiguous=reading.ambiguity, notes=_notes(reading)), reading


def _notes(reading: ItemReading) -> tuple[str, ...]:
    unknown = reading.unknown
    return (*reading.notes, *[f"not in the vocabulary: {word}" for word in unknown]) if unknown else reading.notes


def criterion_data(criterion: Criterion) -> dict[str, Any]:
    """A criterion as the rule set file has it."""
    data: dict[str, Any] = {"kind": criterion.kind}
    if criterion.cohort:
        data["cohort"] = criterion.cohort
    if criterion.origin != "text":
        data["origin"] = criterion.origin
    data["text"] = criterion.text
    return _reading_data(data, criterion.text, criterion.predicate, criterion.ambiguous, criterion.notes)


def _reading_data(
    data: dict[str, Any], text: str, predicate: Predicate, ambiguous: Ambiguity | None, notes: tuple[str, ...]
) -> dict[str, Any]:
    """What was read, after what is in `data`."""
    data["when"] = to_data(predicate, text)
    if ambiguous:
        readings = [to_data(reading, text) for reading in ambiguous.readings]
        data["ambiguous"] = {"why": ambiguous.why, "chosen": ambiguous.chosen + 1, "readings": readings}
    if notes:
        data["notes"] = list(notes)
    return data
