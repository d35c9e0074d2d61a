"""An entry of the dictionary: one disease, procedure or medicine of a terminology, as data and as a line of text."""

from __future__ import annotations

from eligo.dataclass import dataclass
from eligo.regex import regex
from eligo.vocabulary.concept import words_of
from eligo.vocabulary.named import NAMED_KINDS, NamedKind

MOST_WORDS = 16  # of one name

_WORD = regex(r"[^\W_]+")
_SOURCES = {"MESH": "MeSH", "ICD10CM": "ICD-10-CM", "DRUGBANK": "DrugBank"}  # whose name is not how their ids begin
_ALSO = "="  # in a row, in the place of a name that is the entry's own


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing: its id in its terminology (`MONDO:0015924`), its name, and what is known of it.

    `names` are the names by which a text may name it; its `name` is among them only where it is clear. `codes` are
    (system, code) with the short name of the system: those of `grammar/concepts.yaml`, `mesh` and `drugbank`. `parents`
    are ids of what the terminology puts it under: they never say that it is a kind of that. `concept` is the concept of
    `grammar/concepts.yaml` that is the same thing; what the vocabulary says of it goes before all that is said here.
    """

    id: str
    name: str
    kind: NamedKind
    names: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    parents: tuple[str, ...] = ()
    source: str = ""
    concept: str | None = None


def is_abbreviation(name: str) -> bool:
    """Whether a name is an abbreviation, whose case counts: no word of it is written as other words are.

    >>> is_abbreviation("NSCLC"), is_abbreviation("X-ALD"), is_abbreviation("CADASIL syndrome")
    (True, True, False)
    """
    words = [w for w in _WORD.findall(name) if not w.isdigit()]
    return bool(words) and all(sum(c.isupper() for c in w) >= 2 or len(w) == 1 for w in words)


def freeze(entry: Entry) -> str:
    r"""Turn an entry into a line of text: id, kind, name, names, codes and parents, with tabs between.

    >>> freeze(Entry("A:1", "gout", "condition", ("gout", "urate arthritis"), (("icd10", "M10"),), ("A:2",)))
    'A:1\tcondition\tgout\t=|urate arthritis\ticd10:M10\tA:2'
    """
    names = [_ALSO if name == entry.name else name for name in entry.names]
    codes = [f"{system}:{code}" for system, code in entry.codes]
    return "\t".join([entry.id, entry.kind, entry.name, *("|".join(part) for part in (names, codes, entry.parents))])


def thaw(row: str) -> Entry:
    """The entry of such a line."""
    id_, kind, name, names, codes, parents = row.split("\t")
    if kind not in NAMED_KINDS:
        raise ValueError(kind)
    pairs = tuple((system, code) for system, _, code in (pair.partition(":") for pair in _parts(codes)))
    own = tuple(name if other == _ALSO else other for other in _parts(names))
    terminology = id_.partition(":")[0]
    return Entry(id_, name, kind, own, pairs, tuple(_parts(parents)), _SOURCES.get(terminology, terminology))


def letters(text: str) -> str:
    """The letters and digits of a text in their case, by which an abbreviation is compared."""
    return "".join(_WORD.findall(text))


def size(name: str) -> int:
    """Of how many words a name is."""
    return len(words_of(name))


def _parts(cell: str) -> list[str]:
    return cell.split("|") if cell else []
