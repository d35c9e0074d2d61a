"""Documents in, drafts and what is told of them out, in their order: read on all cores, written by the first process.

A process that reads changes nothing, so that one that is killed loses nothing. INVARIANT: what is written and what is
said hang on the order of the sources alone, and not on how many processes read them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from eligo.commands.crowd import in_order
from eligo.commands.import_memory import DoneImport, ImportMemory
from eligo.commands.imported import ImportReport, report_of
from eligo.errors import EligoError, Place, Problem
from eligo.isolation import Isolated
from eligo.namedtuple import NamedTuple
from eligo.trials.importing import FileChange, Imported, import_document, prepare
from eligo.trials.pieces import Piece, pieces
from eligo.trials.sources import Document, documents_of, one_by_one

_TOGETHER = 8  # pieces that go to another process at once: a record takes far longer to read than to hand over


class ToldImport(NamedTuple):
    """What is told of one document: its report, or what is wrong with it."""

    report: ImportReport | None
    problems: tuple[Problem, ...] = ()


class _DraftedDocument(NamedTuple):
    """What one document comes to: the trial and the hash of its source, the change to make, and what is told of it."""

    file: str
    trial: str | None
    sha256: str
    change: FileChange | None
    report: ImportReport | None
    problems: tuple[Problem, ...]


class _ReadPiece(NamedTuple):
    """A piece, and what its documents come to; no piece where that is known from an earlier import."""

    piece: Piece | None
    key: str
    drafted: Sequence[_DraftedDocument]


class _AskedPiece(NamedTuple):
    """A piece to read, and what it is known by."""

    piece: Piece
    key: str


_where: list[tuple[Path, str | None]] = []  # the folder, and the trial that the caller names, in this process


def import_all(
    sources: Iterable[str], rules: Path, trial: str | None, max_bytes: int, processes: int | None
) -> Iterator[ToldImport]:
    """Import every document of the sources."""
    memory = ImportMemory(rules, trial)
    try:
        jobs = _jobs(sources, max_bytes, memory)
        found = in_order(jobs, _read_all, _start, (rules, trial), processes, _lost, _TOGETHER)
        writer = _DraftWriter(rules, trial, memory)
        for read in found:
            yield from writer.told(read)
    finally:
        memory.close()


def _jobs(sources: Iterable[str], max_bytes: int, memory: ImportMemory) -> Iterator[_AskedPiece | _ReadPiece]:
    for source in sources:
        for whole in pieces(source, max_bytes):
            for piece in one_by_one(whole):
                key = memory.key(piece)
                done = memory.known(key) if not piece.problems else None
                yield _AskedPiece(piece, key) if done is None else _ReadPiece(None, key, list(map(_of_done, done)))


def _of_done(done: DoneImport) -> _DraftedDocument:
    return _DraftedDocument(done.report.file, done.report.trial, done.sha256, None, done.report, ())


def _start(where: tuple[Path, str | None]) -> None:
    """Make this process ready."""
    _where[:] = [where]


def _read_all(jobs: list[_AskedPiece | _ReadPiece]) -> list[_ReadPiece]:
    return [_read(*job) if isinstance(job, _AskedPiece) else job for job in jobs]


def _read(piece: Piece, key: str) -> _ReadPiece:
    return _ReadPiece(piece, key, list(map(_drafted, documents_of(piece))))


def _drafted(document: Document) -> _DraftedDocument:
    """What a document comes to; whatever goes wrong is part of the result."""
    rules, given = _where[0]
    trial, sha256, change, report = None, "", None, None
    with Isolated(Place(document.file)) as unit:
        page = document.page(given)
        trial, sha256 = page.trial, document.sha256
        imported, change = prepare(document, page, rules)
        report = report_of(imported)
    return _DraftedDocument(document.file, trial, sha256, change, report, unit.problems)


def _lost(job: _AskedPiece | _ReadPiece) -> _ReadPiece:
    """What is said of a piece whose process was killed, twice."""
    if isinstance(job, _ReadPiece):
        return job
    file = job.piece.file
    message = "the process that read the document was killed, and so was the one that tried again"
    problem = Problem("process-killed", message, Place(file), "import it by itself, with more memory")
    return _ReadPiece(job.piece, job.key, [_DraftedDocument(file, None, "", None, None, (problem,))])


class _DraftWriter:
    """Writes what was drafted, one after the other, and remembers it."""

    def __init__(self, rules: Path, trial: str | None, memory: ImportMemory) -> None:
        self._rules, self._trial, self._memory = rules, trial, memory
        self._seen = dict[str, str]()

    def told(self, read: _ReadPiece) -> Iterator[ToldImport]:
        """Write what became of a piece; what is told of each of its documents."""
        done, texts = list[DoneImport](), list[str]()
        for number, drafted in enumerate(read.drafted):
            report = None
            with Isolated(Place(drafted.file)) as unit:
                report, text = self._written(drafted, read.piece, number)
                if text is not None:
                    done.append(DoneImport(drafted.sha256, report))
                    texts.append(text)
            yield ToldImport(report, unit.problems)
        if done and len(done) == len(read.drafted):
            self._memory.keep(read.key, done, texts)

    def _written(self, drafted: _DraftedDocument, piece: Piece | None, number: int) -> tuple[ImportReport, str | None]:
        """Write what was drafted; what is told of it, and the text of the file where that is to be remembered.

        Where the file was changed meanwhile, or by another document of this run, the document is read again, here.
        """
        again = drafted.trial in self._seen
        refuse_twice(drafted.trial, drafted.sha256, drafted.file, self._seen)
        if drafted.report is None:
            raise EligoError(drafted.problems)
        if piece is None or drafted.change is None:
            return drafted.report, None
        if not again and drafted.change.make():
            return drafted.report, drafted.change.new
        document = next(itertools.islice(documents_of(piece), number, None))
        return report_of(import_document(document, document.page(self._trial), self._rules)), None


def import_one(document: Document, rules: Path, trial: str | None, seen: dict[str, str]) -> Imported:
    """Import one document; `seen` are the trials of the run so far, with the hashes of their sources."""
    page = document.page(trial)
    refuse_twice(page.trial, document.sha256, document.file, seen)
    return import_document(document, page, rules)


def refuse_twice(trial: str | None, sha256: str, file: str, seen: dict[str, str]) -> None:
    """Refuse another source for a trial of this run that says something else: nobody could say which one counts."""
    if trial is not None and seen.setdefault(trial, sha256) != sha256:
        help_text = "give the sources of one trial one at a time, the older one first"
        message = f"another source of this import has other words for the trial `{trial}`"
        raise EligoError(Problem("trial-twice", message, Place(file), help_text))
