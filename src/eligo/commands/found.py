"""What `eligo concepts` and `eligo attestations` print of a concept, a variable or an entry of the dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from eligo.report.terminal import columns, wrap
from eligo.report.terms import concept_name
from eligo.vocabulary.concepts import Concept, concepts
from eligo.vocabulary.dictionary import OF_CONCEPT, Dictionary, Entry
from eligo.vocabulary.nearest import Names, did_you_mean_name
from eligo.vocabulary.relations import relations
from eligo.vocabulary.variables import Variable, variables

Found = Concept | Variable | Entry

_MANY = 12  # names in one row for people
_NEAR_IN_LENGTH = 2  # letters by which a name of the dictionary may be longer or shorter than a word like it


def listed(found: Sequence[Found], width: int) -> Iterator[str]:
    """A line for each: id, kind and name."""
    ids = max(columns(one.id) for one in found)
    kinds = max(columns(_kind(one)) for one in found)
    for one in found:
        first = f"{one.id:<{ids}}  {_kind(one):<{kinds}}  "
        yield from wrap(one.name, width, first, " " * len(first))


def shown(one: Found, known: Dictionary, width: int) -> Iterator[str]:
    """All that is known of one, row by row."""
    yield f"{one.id}  ({one.name})"
    for label, text in _rows(one, known):
        if text:
            yield from wrap(text, width, f"  {label:<13}", " " * 15)


def shown_as_json(one: Found, known: Dictionary) -> dict[str, Any]:
    """All that is known of one, without what is empty."""
    data: dict[str, Any] = {"id": one.id, "name": one.name, "kind": _kind(one)}
    if isinstance(one, Variable):
        data |= {"source": "variables", "synonyms": [*one.synonyms, *one.exact], "codes": _codes(one)}
    elif isinstance(one, Entry):
        data |= {"source": one.source, "names": list(one.names), "codes": _codes(one), "parents": list(one.parents)}
        data |= {"members": [member.id for member in _members_of(one, known)], "concept": one.concept}
        data |= {"is_a": sorted(known.is_a(one.id)), "may_be": sorted(known.may_be(one.id))}
    else:
        data |= {"source": "vocabulary", "synonyms": [*one.synonyms, *one.exact], "codes": _codes(one)}
        data |= {"parents": list(one.parents), "members": _members(one), "left_open_by": _open(one)}
        data |= {"sex": one.sex, "grade_variable": one.grade_variable, "aspect": one.aspect}
        data |= {"fluctuates": one.fluctuates or None, "per_criterion": one.per_criterion or None}
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def suggestion(word: str, known: Dictionary) -> str | None:
    """The known names nearest to a word: of concepts, variables and the dictionary."""
    names = [(text, concept.id) for concept in concepts() for text in concept.words]
    names += [(text, variable.id) for variable in variables() for text in (variable.name, *variable.synonyms)]
    names += [(name, entry.concept or entry.id) for entry in known for name in entry.names if _is_like(word, name)]
    return did_you_mean_name(word, Names(names))


def _is_like(word: str, name: str) -> bool:
    """Whether a name begins as the word does and is about as long; there are too many to compare each in full."""
    return abs(len(name) - len(word)) <= _NEAR_IN_LENGTH and name[:1].casefold() == word[:1].casefold()


def _kind(one: Found) -> str:
    return "variable" if isinstance(one, Variable) else one.kind


def _rows(one: Found, known: Dictionary) -> list[tuple[str, str]]:
    codes = "; ".join(f"{system} {', '.join(several)}" for system, several in _codes(one).items())
    head = [("kind", _kind(one))]
    if isinstance(one, Variable):
        return [*head, ("codes", codes), ("also called", _some(one.synonyms)), ("see", f"eligo variables {one.id}")]
    if isinstance(one, Entry):
        parents = [
            entry.name if (entry := known.get(id_)) else concept_name(id_.removeprefix(OF_CONCEPT))
            for id_ in one.parents
        ]
        others = [name for name in one.names if name != one.name]
        return [
            *head,
            ("source", one.source),
            ("concept", one.concept or "none: the vocabulary does not have it"),
            ("codes", codes),
            ("also called", _some(others)),
            ("is a", _names(sorted(known.is_a(one.id)))),
            ("may be", _names(sorted(known.may_be(one.id)))),
            ("stands under", _some(parents)),
            ("members", _some([member.name for member in _members_of(one, known)])),
        ]
    return [
        *head,
        ("source", "vocabulary"),
        ("codes", codes),
        ("also called", ", ".join((*one.synonyms, *one.exact))),
        ("is a", _names(one.parents)),
        ("members", _names(_members(one))),
        ("left open by", _names(_open(one))),
        ("only", one.sex or ""),
        ("graded by", one.grade_variable or ""),
        ("stated", "for each criterion" if one.per_criterion else ""),
    ]


def _codes(one: Found) -> dict[str, list[str]]:
    pairs = [("loinc", code) for code in one.loinc] if isinstance(one, Variable) else one.codes
    found: dict[str, list[str]] = {}
    for system, code in pairs:
        found.setdefault(system, []).append(code)
    return found


def _members(one: Concept) -> list[str]:
    """What is directly a kind of a concept."""
    return [other.id for other in concepts() if one.id in other.parents]


def _members_of(one: Entry, known: Dictionary) -> list[Entry]:
    """What a terminology puts directly under an entry."""
    return [other for other in known.search(one.id) if one.id in other.parents]


def _open(one: Concept) -> list[str]:
    """What on a list keeps the concept from being ruled out, without what has no place in medicine yet."""
    if one.kind == "attestation":
        return []
    return sorted(relations().open_to(one.id).entries - relations().unclassified)


def _names(ids: Iterable[str]) -> str:
    return _some([concept_name(id_) for id_ in ids])


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MANY
    return ", ".join(names[:_MANY]) + (f" and {more} more" if more > 0 else "")
