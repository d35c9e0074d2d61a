"""A file, a folder or a stream in, `Job`s out: the raw material of one patient each, not yet read.

The form is found by looking at the content. Jobs are small and can be sent to another process; the resources of a bulk
export or of a folder are brought together by an index of where they stand: memory holds no patient but the one at hand.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

from eligo import jsontext
from eligo.errors import EligoError, Place, Problem
from eligo.jsontext import read_bytes
from eligo.patients.fhir import Item, reference_key, subject_key, type_problem
from eligo.patients.fhir_words import Json, obj, text_of, words
from eligo.patients.ledger import Entry, Reading

Format = Literal["native", "fhir", "csv"]
FORMATS: tuple[Format, ...] = ("native", "fhir", "csv")
SUFFIXES = (".json", ".ndjson", ".jsonl", ".csv", ".tsv")
STDIN = "-"
MAX_BYTES = 512 * 1024 * 1024  # of a single JSON document: a bundle with hundreds of thousands of resources

_LINES = (".ndjson", ".jsonl")
_HEAD = 64 * 1024
_TYPE = b'"resourceType"'
_WHITE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Raw:
    """One JSON document of a source: its bytes, and the line that it is where it is one of many."""

    data: bytes
    file: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """The raw material of one patient.

    `shared` are documents that several patients refer to, `rows` those of a table with their lines, and `known` is a
    reading that needs no further work.
    """

    kind: Literal["native", "fhir", "resources", "rows", "known"]
    documents: tuple[Raw, ...] = ()
    known: Reading | None = None
    shared: tuple[Raw, ...] = ()
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    file: str = ""
    header: tuple[str, ...] = ()


def failed(problem: Problem, ledger: Iterable[Entry] = ()) -> Job:
    """The job of what cannot become a patient."""
    return Job("known", known=Reading(None, (problem,), tuple(ledger)))


def json_jobs(source: str, form: Format | None = None) -> Iterator[Job]:
    """The jobs of a file, a folder or, for `-`, standard input, as far as they are JSON."""
    if source == STDIN:
        yield from _of_stdin(form)
        return
    pool = Pool()
    yield from _of_file(source, form, pool)
    yield from pool.jobs()


def folder_jobs(files: Sequence[Path], form: Format | None) -> Iterator[Job]:
    """The jobs of JSON files that lie together: their loose resources are of the same patients."""
    pool = Pool()
    for file in files:
        yield from _of_file(str(file), form, pool)
    yield from pool.jobs()


def looks_like_json(head: bytes) -> bool:
    """Whether a text begins as JSON does."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(_WHITE)[:1] in (b"{", b"[")


def head_of(source: str) -> bytes:
    """The beginning of a file; raise `EligoError` where it cannot be read."""
    try:
        with Path(source).open("rb") as file:
            return file.read(_HEAD)
    except (OSError, ValueError):
        read_bytes(source)  # says what is wrong
        raise


def _of_file(source: str, form: Format | None, pool: Pool) -> Iterator[Job]:
    try:
        head = head_of(source)
        if _has_lines(source, head):
            with Path(source).open("rb") as stream:
                yield from _of_lines(stream, source, form, pool)
        else:
            yield from _of_document(Raw(read_bytes(source, MAX_BYTES), source), form, pool, loose=False)
    except EligoError as error:
        for problem in error.problems:
            yield failed(problem.in_file(source))


def _of_stdin(form: Format | None) -> Iterator[Job]:
    stream: BinaryIO = sys.stdin.buffer
    peek = getattr(stream, "peek", None)
    head: bytes = peek(_HEAD) if peek else b""
    pool = Pool()
    if _TYPE not in head and _has_lines("", head):
        yield from _of_lines(stream, "<stdin>", form or "native", pool)
        return
    data = stream.read()  # resources of a patient may stand anywhere in a stream, and a stream cannot be read twice
    pool.kept["<stdin>"] = data
    if _has_lines("", data):
        yield from _of_lines(BytesIO(data), "<stdin>", form, pool)
    else:
        yield from _of_document(Raw(data, "<stdin>"), form, pool, loose=False)
    yield from pool.jobs()


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


def _of_lines(stream: Iterable[bytes], source: str, form: Format | None, pool: Pool) -> Iterator[Job]:
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
        yield from _of_document(Raw(line, source, number), form, pool, loose=True, offset=here)


def _of_document(raw: Raw, form: Format | None, pool: Pool, loose: bool, offset: int = 0) -> Iterator[Job]:
    """The job of one document; a loose resource goes to the pool instead."""
    if form == "native" or (form is None and _TYPE not in raw.data):
        yield Job("native", (raw,))
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
    elif resource.get("resourceType") == "Bundle":
        yield Job("fhir", (raw,))
    else:
        pool.add(raw, resource, offset if loose else 0)


def parsed(raw: Raw) -> object:
    """The data of a document; raise `EligoError` with the line of the file."""
    try:
        return jsontext.read_json(raw.data, raw.file, MAX_BYTES)
    except EligoError as error:
        raise EligoError(in_line(error.problems, raw.line)) from None


def in_line(problems: Iterable[Problem], line: int | None) -> tuple[Problem, ...]:
    """Problems of a document that is one line of a file, with that line."""
    if line is None:
        return tuple(problems)
    moved = []
    for p in problems:
        place = Place(p.place.file, line, p.place.column, p.place.path)
        moved.append(Problem(p.code, p.message, place, p.help, p.severity))
    return tuple(moved)


def unwrapped(data: object) -> Json | None:
    """The resource of a document: itself, or the bundle that it wraps (`{"case": ..., "bundle": {...}}`)."""
    found = obj(data)
    if "resourceType" in found:
        return found
    bundle = obj(found.get("bundle"))
    return bundle if "resourceType" in bundle else None


@dataclass(slots=True)
class Pool:
    """Loose resources of several patients: where each stands, by patient, and those that are of no single one.

    An entry is three numbers: the file, where the document begins in it, and its line (0 for a file that is one document).
    `kept` holds what cannot be read twice. The key "" is for what names no patient.
    """

    files: list[str] = field(default_factory=list)
    spans: dict[str, array[int]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)  # of patients, by the addresses that others may use
    medications: list[Raw] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)

    def add(self, raw: Raw, resource: Json, offset: int) -> None:
        """Note where a resource stands."""
        if not self.files or self.files[-1] != raw.file:
            self.files.append(raw.file)
        kind = text_of(resource.get("resourceType")) or ""
        item = Item(resource, Place(raw.file, raw.line))
        key = item.keys[0] if kind == "Patient" and item.keys else subject_key(resource) or _owner(resource) or ""
        if kind == "Patient":
            self.ids.update((address, key) for address in item.keys)
        if kind == "Medication":
            self.medications.append(raw)
        self.spans.setdefault(key, array("Q")).extend((len(self.files) - 1, offset, raw.line or 0))

    def jobs(self) -> Iterator[Job]:
        """The resources of each patient, in the order in which patients first appear; then those of nobody."""
        groups = dict[str, array[int]]()
        for key, spans in self.spans.items():
            owner = self.ids.get(key, key)
            groups[owner] = groups[owner] + spans if owner in groups else spans
        rest = groups.pop("", None)
        shared = tuple(self.medications)
        if not groups and rest is not None:
            yield Job("resources", tuple(self._documents(rest)))
            return
        for spans in groups.values():
            yield Job("resources", tuple(self._documents(spans)), shared=shared)
        if rest is not None:
            entries = tuple(map(_nobodys, self._documents(rest)))
            refused = (e for e in entries if e.outcome == "refused")
            problems = tuple(Problem(e.reason, f"`{e.item}` is refused: {e.text}", e.place) for e in refused)
            yield Job("known", known=Reading(None, problems, entries))

    def _documents(self, spans: array[int]) -> Iterator[Raw]:
        open_file, name = None, ""
        try:
            for i in range(0, len(spans), 3):
                file, offset, line = spans[i : i + 3]
                if self.files[file] != name or open_file is None:
                    if open_file is not None:
                        open_file.close()
                    name = self.files[file]
                    open_file = BytesIO(self.kept[name]) if name in self.kept else Path(name).open("rb")
                open_file.seek(offset)
                yield Raw(open_file.readline() if line else open_file.read(), name, line or None)
        finally:
            if open_file is not None:
                open_file.close()


def _owner(resource: Json) -> str | None:
    """The patient of a resource that is not read; only its place in the ledger hangs on it."""
    for key in ("subject", "patient", "beneficiary", "individual"):
        reference = text_of(obj(resource.get(key)).get("reference"))
        if reference and reference_key(reference).startswith("Patient/"):
            return reference_key(reference)
    return None


def _nobodys(raw: Raw) -> Entry:
    """The entry of a resource that is of no single patient."""
    resource = unwrapped(jsontext.read_json(raw.data)) or {}
    item = Item(resource, Place(raw.file, raw.line))
    if item.kind in words().read:
        text = "it does not say whose it is"
        return Entry(item.name, item.place, "refused", reason="subject-missing", text=text)
    wrong = type_problem(item.kind, item.place)
    if wrong:
        return Entry(item.name, item.place, "refused", reason=wrong.code, text=wrong.message)
    why = words().why.get(item.kind, "it holds nothing that criteria ask for")
    return Entry(item.name, item.place, "not needed", reason="not-asked-for", text=why)
