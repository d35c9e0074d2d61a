"""MeSH: its table of descriptors in, terms out; which branches are taken is said in `choices.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, get_args

from vocabularies.term import Kind, Term


class Descriptor(NamedTuple):
    """A heading of MeSH: its names (of its preferred concept alone) and its places in the tree (`C04.588.274`)."""

    id: str
    name: str
    names: list[str]
    places: list[str]


class Mesh:
    """All headings, and which of them stand above which."""

    def __init__(self, text: str, supplement: str) -> None:
        rows = (line.split("\t") for line in text.splitlines())
        self.descriptors = {r[0]: Descriptor(r[0], r[1], _split(r[2]), _split(r[3])) for r in rows}
        self._at = {place: d.id for d in self.descriptors.values() for place in d.places}
        parts = (line.split("\t") for line in supplement.splitlines())
        self.substances = {p[0]: (p[1], _split(p[2])) for p in parts}  # that are no heading: name, other names

    def above(self, id_: str, within: Iterable[str] = ("",)) -> set[str]:
        """The headings directly above one, at its places in these branches."""
        places = [p for p in self.descriptors[id_].places if p.startswith(tuple(within))]
        return {self._at[up] for p in places if (up := p.rpartition(".")[0]) in self._at}

    def all_above(self, id_: str) -> set[str]:
        """All headings above one."""
        found: set[str] = set()
        todo = [id_]
        while todo:
            new = self.above(todo.pop()) - found
            found |= new
            todo += new
        return found

    def substances_by_name(self) -> dict[str, str]:
        """The ids of chemicals and drugs, headings before others, by their names in small letters."""
        headings = (d for d in self.descriptors.values() if any(place.startswith("D") for place in d.places))
        others = {name.casefold(): id_ for id_, (name, _) in self.substances.items()}
        return others | {d.name.casefold(): d.id for d in headings}

    def terms(self, choices: Mapping[str, Any]) -> Iterator[Term]:
        """The headings of the branches that are taken."""
        left: list[str] = choices["without"]
        kinds: tuple[Kind, ...] = get_args(Kind)
        for descriptor in self.descriptors.values():
            found = [k for k in kinds if any(_below(p, choices[k]) for p in descriptor.places)]
            named = descriptor.id in choices["medication_classes"]
            if not named and (len(found) != 1 or any(_below(p, left) for p in descriptor.places)):
                continue
            kind: Kind = "medication" if named else found[0]
            branches = [f"{b}." for b in choices[kind]] if not named else [""]
            parents = sorted(f"MESH:{id_}" for id_ in self.above(descriptor.id, branches))
            yield Term(
                f"MESH:{descriptor.id}",
                descriptor.name,
                kind,
                "MeSH",
                descriptor.names,
                codes={"mesh": [descriptor.id]},
                parents=parents,
            )


def _split(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


def _below(place: str, branches: Iterable[str]) -> bool:
    return any(place == branch or place.startswith(f"{branch}.") for branch in branches)
