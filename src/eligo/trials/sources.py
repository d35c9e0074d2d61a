"""Files, folders, zips and streams in, `Document`s out: the raw text of one trial each, or what is wrong with it.

A document that cannot be had does not stop the others.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from eligo.bounds import MEGABYTE
from eligo.dataclass import dataclass, replace
from eligo.ending import heed
from eligo.errors import EligoError, Place, Problem
from eligo.files import read_bytes, read_stream
from eligo.isolation import each
from eligo.jsontext import read_json
from eligo.pages.document import Page
from eligo.trials import read_trial
from eligo.trials.docx_file import is_docx, read_docx
from eligo.trials.pages import NO_TRIAL, read_bare
from eligo.trials.pdf_file import is_pdf, read_pdf
from eligo.trials.protocol import Protocol, read_protocol
from eligo.trials.registry import read_record
from eligo.trials.xml_record import is_xml, read_xml

STDIN = "-"
SUFFIXES = (
    ".json",
    ".jsonl",
    ".ndjson",
    ".txt",
    ".xml",
    ".md",
    ".docx",
    ".pdf",
)  # of a folder or a zip; the rest is not ours
MAX_BYTES = 32 * MEGABYTE  # of one document; the longest record of the registry has about a fifth

_LINES = (".jsonl", ".ndjson")
_PROTOCOLS = (".docx", ".pdf")
_EMPTY = "give a record, a page, criteria or a protocol as .json, .jsonl, .xml, .txt, .docx or .pdf, or a zip of them"


@dataclass(frozen=True, slots=True)
class Document:
    """One trial's raw text, or its record as data; or what is wrong with it."""

    file: str
    text: str = ""
    record: Mapping[str, Any] | None = None
    protocol: Protocol | None = None  # where `text` is what its file says of the criteria
    problems: tuple[Problem, ...] = ()  # no exception, which would keep alive all that its stages held

    @property
    def raw(self) -> str:
        """What the hash is of: a record's data however it was laid out, any other text as it is."""
        return self.text if self.record is None else json.dumps(self.record, sort_keys=True, ensure_ascii=False)

    @property
    def sha256(self) -> str:
        """The hash that a rule set keeps of its source."""
        return hashlib.sha256(self.raw.encode()).hexdigest()

    def page(self, trial: str | None = None) -> Page:
        """Read it; raise `EligoError` where it is no trial."""
        if self.problems:
            raise EligoError(self.problems)
        if self.record is not None:
            return read_record(self.record, self.file, trial)
        if self.protocol is not None:
            return _page_of(self.protocol, self.file, trial)
        if is_xml(self.text):
            return read_record(read_xml(self.text, self.file), self.file, trial)
        return read_trial(self.text, self.file, trial)


def _page_of(protocol: Protocol, file: str, trial: str | None) -> Page:
    """The criteria of a protocol, with their places in it."""
    name = trial or protocol.trial
    if name is None:
        raise EligoError(Problem("no-trial-id", "the protocol does not say which trial it is", Place(file), NO_TRIAL))
    return replace(read_bare(protocol.text, name, file), places=protocol.places, notes=protocol.notes)


def documents(source: str, max_bytes: int = MAX_BYTES) -> Iterator[Document]:
    """Every document of a file, a folder, a zip or, for `-`, standard input."""
    if source == STDIN:
        found = _of_stream(max_bytes)
    else:
        found = _of_folder(Path(source), max_bytes) if Path(source).is_dir() else _of_file(source, max_bytes)
    return _unit(source, found)


def body_documents(data: bytes, name: str) -> Iterator[Document]:
    """Every document of what is in memory; `name` is what problems call it."""
    return _unit(name, _of_bytes(data, name))


def _unit(name: str, found: Iterator[Document]) -> Iterator[Document]:
    """The documents of one file or part; what ends them is a document of its own."""
    return each(Place(name), found, lambda problem: Document(name, problems=(problem,)))


def _of_stream(max_bytes: int) -> Iterator[Document]:
    yield from _of_bytes(read_stream(sys.stdin.buffer, STDIN, max_bytes), STDIN)


def _of_folder(folder: Path, max_bytes: int) -> Iterator[Document]:
    files, unread = list[Path](), list[OSError]()
    for here, folders, names in os.walk(folder, onerror=unread.append):
        folders[:] = [name for name in folders if name[0] != "."]
        files += [Path(here, name) for name in names if name[0] != "." and name.lower().endswith((*SUFFIXES, ".zip"))]
    for error in unread:
        message = f"the folder cannot be read: {(error.strerror or 'unknown').lower()}"
        yield Document(str(error.filename), problems=(Problem("folder", message, Place(str(error.filename))),))
    if not files and not unread:
        raise EligoError(Problem("no-documents", "the folder holds no document of a trial", Place(str(folder)), _EMPTY))
    for file in sorted(files):
        yield from _unit(str(file), _of_file(str(file), max_bytes, regular=True))


def _of_file(file: str, max_bytes: int, regular: bool = False) -> Iterator[Document]:
    """The documents of a file; one of a folder, which nobody has named, has to be a `regular` one."""
    protocol = file.lower().endswith(_PROTOCOLS)
    if not protocol and Path(file).is_file() and zipfile.is_zipfile(file):
        yield from _of_zip(file, max_bytes)
        return
    data = read_bytes(file, max_bytes, regular)
    if not protocol and data.startswith(b"PK\x03\x04"):
        raise EligoError(Problem("zip", "the zip is damaged", Place(file), "get it again"))
    yield from _of_bytes(data, file)


def _of_zip(file: str, max_bytes: int) -> Iterator[Document]:
    with _opened_zip(file) as archive:
        parts = [i for i in archive.infolist() if i.filename.lower().endswith(SUFFIXES)]  # no folder does
        parts = [i for i in parts if not any(p.startswith((".", "__MACOSX")) for p in i.filename.split("/"))]
        if not parts:
            raise EligoError(Problem("no-documents", "the zip holds no document of a trial", Place(file), _EMPTY))
        for part in sorted(parts, key=lambda i: i.filename):
            name = f"{file}/{part.filename}"
            yield from _unit(name, _of_part(archive, part, name, max_bytes))


def _opened_zip(file: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except OSError:  # the file's own, not of what is in it
        raise
    except Exception:  # of damaged bytes, the library raises whatever it comes upon
        heed()
        raise EligoError(Problem("zip", "the zip is damaged", Place(file), "get it again")) from None


def _of_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, max_bytes: int) -> Iterator[Document]:
    yield from _of_bytes(_unzipped(archive, part, name, max_bytes), name)


def _unzipped(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, max_bytes: int) -> bytes:
    try:
        with archive.open(part) as stream:
            return read_stream(cast(BinaryIO, stream), name, max_bytes)  # what the zip says of its size may not be so
    except EligoError:
        raise
    except Exception:  # of damaged bytes, a password or a packing that it does not know, the library raises anything
        heed()
        problem = Problem("zip", "this part of the zip is damaged or locked", Place(name), "unpack it yourself")
        raise EligoError(problem) from None


def _of_bytes(data: bytes, file: str) -> Iterator[Document]:
    protocol = _protocol(data, file)
    if protocol is not None:
        yield Document(file, protocol.text, protocol=protocol)
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 (byte {error.start})"
        raise EligoError(Problem("encoding", message, Place(file), "save it as UTF-8")) from None
    if file.lower().endswith(_LINES) or _looks_like_lines(text):
        yield from _of_lines(text, file)
    elif file.lower().endswith(".json") or (text.lstrip()[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]")):
        yield from _of_data(read_json(text, file, len(text)), file)  # its size was held against the limit before
    else:
        yield Document(file, text.replace("\r\n", "\n"))


def _protocol(data: bytes, file: str) -> Protocol | None:
    """The protocol in a Word document or a PDF; None for any other file."""
    if is_pdf(data):
        return read_protocol(*read_pdf(data, file), file=file)
    if is_docx(data):
        return read_protocol(read_docx(data, file), file=file)
    if file.lower().endswith(_PROTOCOLS):
        message = f"this is no {file.rsplit('.', 1)[1].lower()} file, or a damaged one"
        raise EligoError(Problem("protocol-file", message, Place(file), "save it anew as .docx, .pdf or .txt"))
    return None


def _looks_like_lines(text: str) -> bool:
    """Whether the text is one JSON object a line: its first line alone is one, and it is not the only one."""
    first, _, rest = text.strip().partition("\n")
    if not (first.startswith("{") and first.rstrip().endswith("}") and rest.lstrip().startswith("{")):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def _of_lines(text: str, file: str) -> Iterator[Document]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            name = f"{file}:{number}"
            yield from _unit(name, _of_line(line, name))


def _of_line(line: str, name: str) -> Iterator[Document]:
    yield from _of_data(read_json(line, name, len(line)), name)


def _of_data(data: Any, file: str) -> Iterator[Document]:
    """The records of a study, a list of studies, or a search's answer."""
    studies = data.get("studies") if isinstance(data, dict) and "protocolSection" not in data else data
    if not isinstance(studies, list):
        yield Document(file, record=data) if isinstance(data, dict) else Document(file, problems=_no_record(file))
        return
    if not studies:
        raise EligoError(Problem("no-documents", "the list of studies is empty", Place(file), _EMPTY))
    for number, study in enumerate(studies, 1):
        name = file if len(studies) == 1 else f"{file}, study {number}"
        yield Document(name, record=study) if isinstance(study, dict) else Document(name, problems=_no_record(name))


def _no_record(file: str) -> tuple[Problem, ...]:
    return (Problem("not-a-record", "the JSON is no record of the registry", Place(file), _EMPTY),)
