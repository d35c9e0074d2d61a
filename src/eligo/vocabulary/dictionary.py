"""The dictionary: tens of thousands of diseases, procedures and medicines of open terminologies, beside the vocabulary.

What `grammar/concepts.yaml` says comes first, then what the dictionary says, then a name of which nothing is known. A
terminology's own parents never decide: what an entry *is* a kind of is stated in `grammar/ancestors.yaml`, which a
person reviewed; whatever else it stands under it *may be*. [docs/dictionary.md](../../../docs/dictionary.md) says where
the entries are from, and how they are made anew.

Opening it reads nothing but its head (`dictionary_file`); the file lies in the installed package, or is made once from
the table of the checkout and kept.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from eligo.cache import cached, cached_file, digest, made_again
from eligo.data import data_dir, grammar_state
from eligo.dataclass import replace
from eligo.vocabulary.ancestors import Reviewed, reviewed
from eligo.vocabulary.concept import singular_words, words_key
from eligo.vocabulary.curated import Curated, curated
from eligo.vocabulary.dictionary_file import FORM, Pack, packed, packed_table
from eligo.vocabulary.entry import Entry
from eligo.vocabulary.own_names import SHIPPED, forgotten_with_names, names_state, own_names
from eligo.vocabulary.variables import variables

__all__ = ["Dictionary", "Entry", "dictionary"]

OF_CONCEPT = "concept:"  # before the id of a parent that is a concept of the vocabulary, in a site's own names

_REMEMBERED = 10_000  # words of which it is kept whether a name begins with them
_FEW = 1_000  # entries that are kept: those above others are asked for again and again


class Dictionary:
    """The entries of one dictionary after the other, the most trusted first; found by name, id and code."""

    def __init__(
        self, packs: Sequence[Pack], known: Curated, reviewed_ancestors: Mapping[str, tuple[Reviewed, ...]]
    ) -> None:
        self._packs, self._known, self._reviewed = tuple(packs), known, reviewed_ancestors
        self._split = functools.lru_cache(_REMEMBERED)(_split)
        self._sizes = functools.lru_cache(_REMEMBERED)(self._sizes_of)
        self._entries = functools.lru_cache(_FEW)(self._get)
        self._parents = functools.lru_cache(_REMEMBERED)(self._parents_of)
        self._found = functools.lru_cache(_FEW)(self._found_by)  # one name is looked for in several places
        self._same: dict[str, str | None] = {}  # the concept of each entry that was ever met

    def __len__(self) -> int:
        return sum(map(len, self._packs))

    def __iter__(self) -> Iterator[Entry]:
        return (self.linked(entry) for pack in self._packs for entry in pack)

    def get(self, id: str) -> Entry | None:  # noqa: A002 - the word of the interface
        """Find an entry by its id.

        >>> dictionary().get("MONDO:0015924").name
        'pulmonary arterial hypertension'
        """
        return self._entries(id)

    def find(self, name: str) -> Entry | None:
        """Find the entry of a name: case (but of an abbreviation), hyphens, plural and British spelling do not count.

        Nothing is found where the vocabulary has the name for another thing, or for a variable.

        >>> dictionary().find("Dressler's syndromes").id
        'MONDO:0001049'
        """
        return self._found(self._known.key(name), name)

    def longest(self, words: Sequence[str], start: int = 0) -> tuple[Entry, int] | None:
        """Find the longest name that begins with `words[start]`: its entry, and where the words after it begin.

        A word may be any piece of a text (`non-small`); a name ends where one ends. Words of which no name begins
        cost next to nothing.

        >>> found, end = dictionary().longest("known pulmonary veno-occlusive disease today".split(), 1)
        >>> found.id, end
        ('MONDO:0009937', 4)
        """
        first = self._split(words[start])
        sizes = self._sizes(first[0]) if first else 0
        if not sizes:
            return None
        most = sizes.bit_length()
        parts: list[str] = []
        ends: list[tuple[int, int]] = []  # of how many words, and where the next piece begins
        for end in range(start, len(words)):
            parts += self._split(words[end])
            if len(parts) > most:
                break
            ends.append((len(parts), end + 1))
        for size, end in reversed(ends):
            if size and sizes >> (size - 1) & 1:
                entry = self._find(parts[:size], " ".join(words[start:end]))
                if entry is not None:
                    return entry, end
        return None

    def last(self, words: Sequence[str]) -> Entry | None:
        """Find the entry whose name all the words are together, or as many of the last ones as are one.

        >>> dictionary().last("severe pulmonary veno-occlusive disease".split()).id
        'MONDO:0009937'
        """
        pieces = [self._split(word) for word in words]
        for start, first in enumerate(pieces):
            sizes = self._sizes(first[0]) if first else 0
            if sizes and sizes >> (sum(map(len, pieces[start:])) - 1) & 1:
                parts = [part for piece in pieces[start:] for part in piece]
                entry = self._find(parts, " ".join(words[start:]))
                if entry is not None:
                    return entry
        return None

    def by_code(self, system: str, code: str) -> Entry | None:
        """Find the entry that has a code; the system as in `Concepts.by_code`, or `mesh` or `drugbank`."""
        short = self._known.system(system) or system.strip().casefold()
        return next((self.linked(found) for pack in self._packs if (found := pack.by_code(short, code))), None)

    def search(self, text: str) -> Iterator[Entry]:
        """All entries with a text in a name, an id or a code."""
        return (self.linked(entry) for pack in self._packs for entry in pack.search(text))

    def ancestors(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """The ids of all that the terminology puts an entry under, itself among them; nothing for an unknown id."""
        found: set[str] = set()
        todo = [id]
        while todo:
            one = todo.pop()
            parents = self._parents(one) if one not in found else None
            if parents is not None:
                found.add(one)
                todo += parents
        return frozenset(found)

    def is_a(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """The concepts that whoever has the entry has, each with what it is a kind of in turn: this decides.

        >>> sorted(dictionary().is_a("MONDO:0015924"))
        ['pulmonary_arterial_hypertension', 'pulmonary_hypertension']
        """
        entry = self.get(id)
        if entry is None:
            return frozenset()
        if entry.concept is not None:
            return self._known.ancestors(entry.concept)
        line = self.ancestors(id)
        rows = (row for above in line for row in self._reviewed.get(above, ()))
        stated = {row.concept for row in rows if row.holds(entry.name, line)}
        return frozenset[str]().union(*map(self._known.ancestors, stated))

    def may_be(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """The concepts that the entry may be a kind of, as far as the terminology puts it there; this leaves open.

        Where the entry is a concept of the vocabulary, the vocabulary says that (`relations`), and nothing is given.
        """
        entry = self.get(id)
        if entry is None or entry.concept is not None:
            return frozenset()
        line = [found for up in self.ancestors(id) if (found := self.get(up))]
        above = {found.concept for found in line if found.concept}
        above |= {up.removeprefix(OF_CONCEPT) for found in line for up in found.parents if up.startswith(OF_CONCEPT)}
        coded = {same.id for system, code in entry.codes if (same := self._known.by_code(system, code))}
        return frozenset(above | coded) - self.is_a(id)

    def concepts_below(self, id: str) -> frozenset[str]:  # noqa: A002 - the word of the interface
        """The concepts of the vocabulary of which the terminology has the same thing below an entry; this leaves open.

        >>> "epididymo_orchitis" in dictionary().concepts_below("MONDO:0006882")  # orchitis
        True
        """
        return frozenset(self._below.get(id, ()))

    @functools.cached_property
    def _below(self) -> Mapping[str, list[str]]:
        key = digest([names_state(), grammar_state(["concepts.yaml"])])
        found: dict[str, list[str]] = cached("below", key, self._found_below)
        return found

    def _found_below(self) -> dict[str, list[str]]:
        """For each entry with concepts below it, their ids; all entries are read for it, which takes seconds, once."""
        below: dict[str, set[str]] = {}
        for entry in self:
            for up in self.ancestors(entry.id) - {entry.id} if entry.concept is not None else ():
                below.setdefault(up, set()).add(str(entry.concept))
        return {id_: sorted(found) for id_, found in below.items()}

    def before(self, entries: Iterable[Entry]) -> Dictionary:
        """A dictionary with more entries, such as a site's own names, which count before those of this one."""
        own = Pack(packed(entries, self._known.spellings))
        return Dictionary([own, *self._packs], self._known, self._reviewed)

    def _get(self, id_: str) -> Entry | None:
        entry = self._written(id_)
        return self.linked(entry) if entry is not None else None

    def _written(self, id_: str) -> Entry | None:
        return next((found for pack in self._packs if (found := pack.get(id_))), None)

    def _parents_of(self, id_: str) -> tuple[str, ...] | None:
        """What an entry stands under; which concept each of these is, is not asked."""
        entry = self._written(id_)
        return entry.parents if entry is not None else None

    def _find(self, words: Sequence[str], written: str) -> Entry | None:
        return self._found(words_key(words, self._known.spellings), written)

    def _found_by(self, key: str, written: str) -> Entry | None:
        for pack in self._packs:
            found = pack.named(key, written) if key else None
            if found is not None:
                entry = self.linked(found)
                stated = self._known.find(written)
                other = stated is not None and stated.id != entry.concept
                return None if other or variables().find(written) else entry
        return None

    def linked(self, entry: Entry) -> Entry:
        """An entry with the concept that is the same thing: by its name, else by all its other names alike.

        Codes do not say so: cross references of one to one are often of something broader.
        """
        if entry.id not in self._same:
            self._same[entry.id] = self._concept_of(entry)
        concept = self._same[entry.id]
        return replace(entry, concept=concept) if concept is not None else entry

    def _concept_of(self, entry: Entry) -> str | None:
        named = self._known.find(entry.name)
        found = {named.id} if named else {other.id for name in entry.names if (other := self._known.find(name))}
        concept = self._known.get(found.pop()) if len(found) == 1 else None
        return concept.id if concept is not None and (entry.kind, concept.kind) in _ALIKE else None

    def _sizes_of(self, word: str) -> int:
        key, sizes = words_key([word], self._known.spellings), 0
        for pack in self._packs:
            sizes |= pack.sizes(key)
        return sizes


def _split(piece: str) -> tuple[str, ...]:
    """The words of a piece of a text; what it ends with is no sign of a test (`non-`)."""
    return tuple(singular_words(piece.rstrip("+-")))


# The kinds of an entry and of a concept that can be one thing.
_ALIKE = {(kind, kind) for kind in ("condition", "procedure", "medication")} | {("condition", "state")}


@forgotten_with_names
@functools.cache
def dictionary() -> Dictionary:
    """The dictionary of this process: that which eligo comes with, and before it the site's own names, if any."""
    known = Dictionary([_shipped()], curated(), reviewed())
    return known.before(own_names()) if own_names() else known


@functools.cache
def _shipped() -> Pack:
    return shipped()


def shipped() -> Pack:
    """The dictionary that eligo comes with, as the build made it, or made from the table of the checkout."""
    folder = data_dir("vocabularies")
    made, table = (folder / name for name in SHIPPED)
    if made.is_file():
        return Pack.opened(made)
    spellings = curated().spellings

    def build() -> bytes:
        return packed_table(table, spellings)

    state = table.stat()  # hashing it would take as long as opening a hundred
    key = digest([str(FORM).encode(), repr(spellings).encode(), f"{state.st_size} {state.st_mtime_ns}".encode()])
    found = cached_file("dictionary", key, build)
    if isinstance(found, bytes):
        return Pack(found)
    try:
        return Pack.opened(found)
    except (ValueError, KeyError, OSError):  # not whole, or of another form
        return Pack(made_again(found, build))
