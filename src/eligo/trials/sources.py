"""The bytes of a file, a part of a zip or a line in, `Document`s out: the raw text of one trial each, or what is wrong.

A document that cannot be had does not stop the others.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from eligo.dataclass import dataclass, replace
from eligo.errors import EligoError, Place, Problem
from eligo.isolation import each
from eligo.jsontext import read_json
from eligo.pages.document import Page
from eligo.trials import read_trial
from eligo.trials.docx_file import is_docx, read_docx
from eligo.trials.pages import NO_TRIAL, read_bare
from eligo.trials.pdf_file import is_pdf, read_pdf
from eligo.trials.pieces import EMPTY, MAX_BYTES, PROTOCOLS, Piece, body_pieces, pieces
from eligo.trials.protocol import Protocol, read_protocol
from eligo.trials.registry import read_record
from eligo.trials.xml_record import is_xml, read_xml

_LARGE = 256 * 1024  # bytes: past it the records of one piece are worth to be parted


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
    return itertools.chain.from_iterable(map(documents_of, pieces(source, max_bytes)))


def body_documents(data: bytes, name: str) -> Iterator[Document]:
    """Every document of what is in memory; `name` is what problems call it."""
    return itertools.chain.from_iterable(map(documents_of, body_pieces(data, name)))


def documents_of(piece: Piece) -> Iterator[Document]:
    """Every document of a piece; what ends them is a document of its own."""
    if piece.problems:
        return iter([Document(piece.file, problems=piece.problems)])
    return each(Place(piece.file), _of_piece(piece), lambda problem: Document(piece.file, problems=(problem,)))


def one_by_one(piece: Piece) -> Iterator[Piece]:
    """The records of a large piece that holds several, each as a piece; of any other the piece itself."""
    if len(piece.data) < _LARGE or piece.is_record or piece.data.lstrip()[:1] not in (b"{", b"["):
        yield piece
        return
    found = documents_of(piece)
    first, second = next(found), next(found, None)
    if second is None:
        yield piece
        return
    for document in itertools.chain([first, second], found):
        yield Piece(document.file, document.raw.encode(), is_record=not document.problems, problems=document.problems)


def _of_piece(piece: Piece) -> Iterator[Document]:
    data, file = piece.data, piece.file
    protocol = None if piece.is_record else _protocol(data, file)
    if protocol is not None:
        yield Document(file, protocol.text, protocol=protocol)
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 (byte {error.start})"
        raise EligoError(Problem("encoding", message, Place(file), "save it as UTF-8")) from None
    is_record = piece.is_record or file.lower().endswith(".json")
    if is_record or (text.lstrip()[:1] in ("{", "[") and text.rstrip()[-1:] in ("}", "]")):
        yield from _of_data(read_json(text, file, len(text)), file)  # its size was held against the limit before
    else:
        yield Document(file, text.replace("\r\n", "\n"))


def _protocol(data: bytes, file: str) -> Protocol | None:
    """The protocol in a Word document or a PDF; None for any other file."""
    if is_pdf(data):
        return read_protocol(*read_pdf(data, file), file=file)
    if is_docx(data):
        return read_protocol(read_docx(data, file), file=file)
    if file.lower().endswith(PROTOCOLS):
        message = f"this is no {file.rsplit('.', 1)[1].lower()} file, or a damaged one"
        raise EligoError(Problem("protocol-file", message, Place(file), "save it anew as .docx, .pdf or .txt"))
    return None


def _of_data(data: Any, file: str) -> Iterator[Document]:
    """The records of a study, a list of studies, or a search's answer."""
    studies = data.get("studies") if isinstance(data, dict) and "protocolSection" not in data else data
    if not isinstance(studies, list):
        yield Document(file, record=data) if isinstance(data, dict) else Document(file, problems=_no_record(file))
        return
    if not studies:
        raise EligoError(Problem("no-documents", "the list of studies is empty", Place(file), EMPTY))
    for number, study in enumerate(studies, 1):
        name = file if len(studies) == 1 else f"{file}, study {number}"
        yield Document(name, record=study) if isinstance(study, dict) else Document(name, problems=_no_record(name))


def _no_record(file: str) -> tuple[Problem, ...]:
    return (Problem("not-a-record", "the JSON is no record of the registry", Place(file), EMPTY),)
