"""A file, a folder or a stream in, `Job`s out: the raw material of one patient each, not yet read.

The form is found by looking at the content. Jobs are small and can be sent to another process; the resources of a bulk
export or of a folder are brought together by an index of where they stand: memory holds no patient but the one at hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from eligo.errors import EligoError, Place, Problem
from eligo.files import lines_of, read_bytes, read_stream, refuse_special
from eligo.isolation import each
from eligo.patients.foreign import foreign
from eligo.patients.jobs import MAX_BYTES, Job, Raw, failed, kind_of, parsed, unwrapped
from eligo.patients.ledger import Reading
from eligo.regex import regex

if TYPE_CHECKING:
    from eligo.patients.pool import Pool

Format = Literal["native", "fhir", "csv"]
FORMATS: tuple[Format, ...] = ("native", "fhir", "csv")
SUFFIXES = (".json", ".ndjson", ".jsonl", ".csv", ".tsv")
STDIN = "-"

_LINES = (".ndjson", ".jsonl")
_HEAD = 64 * 1024
_TYPE = b'"resourceType"'
_BUNDLE = regex(rb'(?:\xef\xbb\xbf)?\s*\{\s*"resourceType"\s*:\s*"Bundle"')
_WHITE = b" \t\r\n"


class Loose:
    """Where the loose resources of a source go, as soon as there is one."""

    def __init__(self) -> None:
        self.pool: Pool | None = None
        self.kept: dict[str, bytes] = {}  # what cannot be read twice

    def add(self, raw: Raw, resource: dict[str, Any], offset: int) -> None:
        """Note where a resource stands."""
        if self.pool is None:
            from eligo.patients.pool import Pool  # lazily: most sources hold no loose resource

            self.pool = Pool(self.kept)
        self.pool.add(raw, resource, offset)

    def jobs(self) -> Iterator[Job]:
        """The resources of each patient."""
        return self.pool.jobs() if self.pool else iter(())


def json_jobs(source: str, form: Format | None = None, max_bytes: int = MAX_BYTES) -> Iterator[Job]:
    """The jobs of a file, a folder or, for `-`, standard input, as far as they are JSON."""
    if source == STDIN:
        yield from _of_stdin(form, max_bytes)
        return
    yield from folder_jobs([Path(source)], form, max_bytes)


def folder_jobs(files: Sequence[Path], form: Format | None, max_bytes: int = MAX_BYTES) -> Iterator[Job]:
    """The jobs of JSON files that lie together: their loose resources are of the same patients."""
    loose = Loose()
    for file in files:
        yield from each(Place(str(file)), _of_file(str(file), form, loose, max_bytes), failed)
    yield from loose.jobs()


def looks_like_json(head: bytes) -> bool:
    """Whether a text begins as JSON does."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(_WHITE)[:1] in (b"{", b"[")


def head_of(source: str) -> bytes:
    """The beginning of a file; raise `EligoError` where it cannot be read."""
    try:
        refuse_special(Path(source), "a record is read twice; give what a pipe holds as standard input: `-`")
        with Path(source).open("rb") as file:
            return file.read(_HEAD)
    except (OSError, ValueError):
        read_bytes(source)  # says what is wrong
        raise


def _of_file(source: str, form: Format | None, loose: Loose, max_bytes: int) -> Iterator[Job]:
    if _has_lines(source, head_of(source)):
        with Path(source).open("rb") as stream:
            yield from _of_lines(lines_of(stream, source, max_bytes), source, form, loose)
    else:
        yield from _of_document(Raw(read_bytes(source, max_bytes), source), form, loose)


def _of_stdin(form: Format | None, max_bytes: int) -> Iterator[Job]:
    stream: BinaryIO = sys.stdin.buffer
    peek = getattr(stream, "peek", None)
    head: bytes = peek(_HEAD) if peek else b""
    loose = Loose()
    if _TYPE not in head and _has_lines("", head):
        yield from _of_lines(lines_of(stream, "<stdin>", max_bytes), "<stdin>", form or "native", loose)
        return
    known = foreign(head, Place("<stdin>"))
    if known is not None:
        yield failed(known)
        return
    # Resources of a patient may stand anywhere in a stream, and a stream cannot be read twice.
    yield from data_jobs(read_stream(stream, "<stdin>", max_bytes), "<stdin>", form)


def data_jobs(data: bytes, name: str, form: Format | None = None) -> Iterator[Job]:
    """The jobs of what is in memory, as far as it is JSON."""
    loose = Loose()
    loose.kept[name] = data
    if _has_lines("", data):
        yield from _of_lines(BytesIO(data), name, form, loose)
    else:
        yield from _of_document(Raw(data, name), form, loose)
    yield from loose.jobs()


def _has_lines(source: str, head: bytes) -> bool:
    """Whether a file holds one JSON document a line: by its name, or because its first line is one and more follow."""
    if source.endswith(_LINES):
        return True
    first, _, rest = head.removeprefix(b"\xef\xbb\xbf").lstrip(_WHITE).partition(b"\n")
    if not (first.startswith(b"{") and first.rstrip().endswith(b"}") and rest.lstrip(_WHITE).startswith(b"{")):
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def _of_lines(stream: Iterable[bytes], source: str, form: Format | None, loose: Loose) -> Iterator[Job]:
    offset, blank = 0, 0
    for number, line in enumerate(stream, 1):
        here, offset = offset, offset + len(line)
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
            here = offset - len(line)
        if not line.strip(_WHITE):
            blank = number
            continue
        if blank:
            message = "the line is empty"
            yield failed(Problem("empty-line", message, Place(source, blank), "remove it", "warning"))
            blank = 0
        yield from _of_document(Raw(line, source, number), form, loose, here)


def _of_document(raw: Raw, form: Format | None, loose: Loose, offset: int = 0) -> Iterator[Job]:
    """The job of one document; a loose resource goes to the pool instead."""
    if form == "native" or (form is None and _TYPE not in raw.data):
        yield Job("native", (raw,))
        return
    if _BUNDLE.match(raw.data):  # no need to read it twice
        yield Job("fhir", (raw,))
        return
    try:
        data = parsed(raw)
    except EligoError as error:
        yield Job("known", known=Reading(None, error.problems))
        return
    resource = unwrapped(data)
    if resource is None:
        if form == "fhir":
            message = "the JSON is no FHIR resource: it has no `resourceType`"
            yield failed(Problem("resource-type", message, Place(raw.file, raw.line or 1)))
        else:
            yield Job("native", (raw,))
    elif kind_of(resource) in ("Bundle", "Parameters"):
        yield Job("fhir", (raw,))
    else:
        loose.add(raw, resource, offset)
