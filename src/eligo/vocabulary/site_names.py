"""A site's own names (CSV) in, entries out: what is wrong with a row is named with its line, and the row is not used.

The columns are `name` and `kind`, and where they are known `code`, `system` and `parent`. Rows with one code of one
system name one thing: the first row its name, the others further names. A parent is a concept of the vocabulary, an id
of the dictionary, or a name of the file; as with every terminology, it only leaves open that the thing is a kind of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.textfile import read_text
from eligo.vocabulary.concept import singular_words, words_of
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.dictionary import OF_CONCEPT, dictionary
from eligo.vocabulary.entry import MOST_WORDS, Entry
from eligo.vocabulary.named import NAMED_KINDS, NamedKind
from eligo.vocabulary.variables import variables

NEEDED = ("name", "kind")
COLUMNS = (*NEEDED, "code", "system", "parent")
_SHORTEST = 3  # letters of a name; two mean too much


@dataclass(slots=True)
class _Thing:
    """What rows of one code, or one row without, say of a thing."""

    id: str
    name: str
    kind: NamedKind
    line: int
    names: list[str] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)
    parents: dict[str, int] = field(default_factory=dict)  # as written, with their lines
    lines: list[int] = field(default_factory=list)

    def take(self, row: _Row) -> None:
        """Add what a row says; the first code is the one that counts."""
        self.lines.append(row.line)
        if row.name not in self.names:
            self.names.append(row.name)
        if row.code and not self.codes:
            self.codes.append((row.system, row.code))
        if row.parent:
            self.parents.setdefault(row.parent, row.line)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row with its line."""

    line: int
    name: str
    kind: str
    code: str
    system: str
    parent: str

    @property
    def id(self) -> str:
        """The id of its thing: its code, else its name."""
        return f"site:{self.system} {self.code}" if self.code else f"site:{'_'.join(singular_words(self.name))}"


def load(path: Path) -> tuple[list[Entry], tuple[Problem, ...]]:
    """Read a file of names; give its entries, and what is wrong with rows that are not used."""
    return loads(read_text(path), str(path))


def loads(text: str, file: str | None = None) -> tuple[list[Entry], tuple[Problem, ...]]:
    """Read names from text; raise `EligoError` where it is no such table at all."""
    reader = _SiteNamesReader(file)
    return reader.read(text), tuple(sorted(reader.problems, key=lambda p: p.place.line or 0))


class _SiteNamesReader:
    """Keeps what was found so far, and what is wrong."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.things: dict[str, _Thing] = {}
        self.named: dict[str, _Row] = {}  # the key of each name, with the row that gave it first

    def read(self, text: str) -> list[Entry]:
        for row in self.rows(text):
            if self.is_sound(row):
                self.add(row)
        self.leave_out(self.circles())
        return [self.entry(thing) for thing in self.things.values()]

    def rows(self, text: str) -> Iterator[_Row]:
        """The rows below the header, those of them that have as many cells."""
        reader = csv.reader(text.splitlines(keepends=True), strict=True)
        try:
            header = [cell.strip().casefold() for cell in next(reader, [])]
            self.check_header(header)
            for cells in reader:
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(header):
                    message = f"the row has {len(cells)} cells, and the header {len(header)}"
                    self.complain("names-cells", message, reader.line_num, "a cell with a comma needs quotes")
                    continue
                row = dict(zip(header, (" ".join(cell.split()) for cell in cells), strict=True))
                of = {column: row.get(column, "") for column in COLUMNS}
                system = concepts().system(of["system"]) or of["system"].casefold()
                yield _Row(reader.line_num, of["name"], of["kind"].casefold(), of["code"], system, of["parent"])
        except csv.Error as error:
            message = f"the table cannot be read: {error}"
            raise EligoError(
                Problem("csv-syntax", message, Place(self.file, reader.line_num), "check the quotes")
            ) from None

    def check_header(self, header: Sequence[str]) -> None:
        place = Place(self.file, 1)
        for column in header:
            if column not in COLUMNS:
                help_ = did_you_mean(column, COLUMNS) or ", ".join(COLUMNS)
                raise EligoError(Problem("names-header", f"unknown column `{column}`", place, help_))
        missing = [column for column in NEEDED if column not in header]
        if missing or len(set(header)) != len(header):
            message = f"the column `{missing[0]}` is missing" if missing else "a column stands there twice"
            raise EligoError(Problem("names-header", message, place, f"the first line is {','.join(COLUMNS)}"))

    def is_sound(self, row: _Row) -> bool:
        """Whether a row by itself can be used."""
        before = len(self.problems)
        if len(concepts().key(row.name)) < _SHORTEST or len(words_of(row.name)) > MOST_WORDS or "|" in row.name:
            help_ = f"a name has at least {_SHORTEST} letters and at most {MOST_WORDS} words"
            self.complain("names-name", f"`{row.name}` cannot be a name", row.line, help_)
        elif variables().find(row.name):
            self.complain("names-variable", f"`{row.name}` is a variable", row.line, "see `eligo variables`")
        if row.kind not in NAMED_KINDS:
            help_ = did_you_mean(row.kind, NAMED_KINDS) or ", ".join(NAMED_KINDS)
            self.complain("names-kind", f"unknown kind `{row.kind}`", row.line, help_)
        if bool(row.code) != bool(row.system):
            self.complain("names-code", "a code and its system go together", row.line, "fill in both, or neither")
        return len(self.problems) == before

    def add(self, row: _Row) -> None:
        """Take a row, unless an earlier one contradicts it or says the same."""
        key = concepts().key(row.name)
        first = self.named.get(key)
        if not self.is_consistent(row, first):
            return
        kind = next(kind for kind in NAMED_KINDS if kind == row.kind)
        id_ = first.id if first else row.id
        self.things.setdefault(id_, _Thing(row.id, row.name, kind, row.line)).take(row)
        self.named.setdefault(key, row)

    def is_consistent(self, row: _Row, first: _Row | None) -> bool:
        """Whether a row goes with the earlier ones and says something new; `first` is the one that gave its name."""
        thing = self.things.get(row.id)
        if first is not None:
            if first.id != row.id and (first.code or row.code):
                message = f"`{row.name}` is something else on line {first.line}"
                self.complain("names-unclear", message, row.line, "a name is of one thing alone")
                return False
            if not row.parent or row.parent in self.things[first.id].parents:
                self.complain("names-twice", f"`{row.name}` stands on line {first.line} already", row.line)
                return False
        if thing is not None and thing.kind != row.kind:
            self.complain("names-kind", f"`{row.name}` is a {thing.kind} on line {thing.line}", row.line)
            return False
        return True

    def parent_of(self, written: str) -> str | None:
        """The id of a parent: a thing of the file, a concept, or an entry of the dictionary."""
        own = self.named.get(concepts().key(written))
        if own is not None:
            return own.id
        concept = concepts().get(written) or concepts().find(written)
        if concept is not None:
            return OF_CONCEPT + concept.id
        entry = dictionary().get(written) or dictionary().find(written)
        return entry.id if entry is not None else None

    def circles(self) -> set[str]:
        """The things that are above themselves."""
        above = {id_: [up for p in thing.parents if (up := self.parent_of(p))] for id_, thing in self.things.items()}
        return {id_ for id_ in above if id_ in _reached(above, id_)}

    def leave_out(self, circles: Iterable[str]) -> None:
        for id_ in sorted(circles):
            thing = self.things.pop(id_)
            message = f"`{thing.name}` is its own parent, or the parent of its parents"
            for line in thing.lines:
                self.complain("names-circle", message, line, "take one of the parents away")
        # What stood in a circle is no parent any more.
        self.named = {key: row for key, row in self.named.items() if row.id in self.things}

    def entry(self, thing: _Thing) -> Entry:
        parents = []
        for written, line in thing.parents.items():
            found = self.parent_of(written)
            if found is None:
                help_ = concepts().suggest(written) or "a concept, an id of the dictionary, or a name of the file"
                self.complain("names-parent", f"unknown parent `{written}`", line, help_)
            else:
                parents.append(found)
        return Entry(thing.id, thing.name, thing.kind, tuple(thing.names), tuple(thing.codes), tuple(parents), "site")

    def complain(self, code: str, message: str, line: int, help_: str | None = None) -> None:
        self.problems.append(Problem(code, message, Place(self.file, line), help_))


def _reached(above: dict[str, list[str]], start: str) -> set[str]:
    found: set[str] = set()
    todo = list(above[start])
    while todo:
        id_ = todo.pop()
        if id_ not in found:
            found.add(id_)
            todo += above.get(id_, ())
    return found
