"""MONDO and the Human Disease Ontology: their files in, terms out."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from vocabularies.term import Term

HUMAN = "MONDO:0700096"
# How the sources write the code systems of `grammar/concepts.yaml`; MeSH and DOID besides.
_SYSTEMS = {"SCTID": "snomed", "SNOMEDCT": "snomed", "MESH": "mesh", "ICD10CM": "icd10", "DOID": "doid"}


def mondo(newest: bytes, with_references: bytes) -> list[Term]:
    """The human diseases of MONDO: names of the newest version, cross references of the one that has them."""
    data: dict[str, Any] = json.loads(newest)
    older = {f"MONDO:{row['id']}": row for row in json.loads(with_references)}
    references = _one_to_one({id_: _codes(row) for id_, row in older.items()})
    terms = []
    for id_, row in data.items():
        if row["deprecated"] or HUMAN not in row["ancestors"]:
            continue
        parents = [parent for parent, steps in row["ancestors"].items() if steps == 1 and parent != HUMAN]
        codes = dict(references.get(id_, {}))
        same = [f"DOID:{code}" for code in codes.pop("doid", [])] + [f"MESH:{code}" for code in codes.get("mesh", [])]
        names = row.get("synonyms", [])
        loose = older.get(id_, {}).get("synonyms", [])
        terms.append(Term(id_, row["label"], "condition", "MONDO", names, loose, codes, parents, same))
    return terms


def disease_ontology(text: bytes) -> list[Term]:
    """The diseases of the Human Disease Ontology; the file does not say which synonyms are exact, so none is taken."""
    rows = json.loads(text)
    references = _one_to_one({row["id"]: _codes(row) for row in rows})
    terms = []
    for row in rows:
        # Its codes of SNOMED CT and ICD-10-CM are often those of something broader, even where they are one to one.
        codes = {system: given for system, given in references[row["id"]].items() if system == "mesh"}
        same = [f"MESH:{code}" for code in codes.get("mesh", [])]
        parents = row.get("relations", {}).get("is_a", [])
        loose = row.get("synonyms", [])
        terms.append(Term(row["id"], row["name"], "condition", "DOID", [], loose, codes, parents, same))
    return terms


def _codes(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """The codes of a term by system; a block of ICD-10 codes (A50-A64) is none."""
    found: dict[str, list[str]] = defaultdict(list)
    for reference in row.get("xrefs", ()):
        system = _SYSTEMS.get(reference["namespace"].partition("_")[0])
        if system and "-" not in reference["id"]:
            found[system].append(reference["id"])
    return dict(found)


def _one_to_one(codes: Mapping[str, Mapping[str, Iterable[str]]]) -> dict[str, dict[str, list[str]]]:
    """Only codes that one term alone has, of a system in which it has no other: what is broader or narrower goes."""
    uses = Counter((system, code) for of in codes.values() for system, several in of.items() for code in set(several))
    result: dict[str, dict[str, list[str]]] = {}
    for id_, of in codes.items():
        several = {system: sorted(set(given)) for system, given in of.items()}
        result[id_] = {s: given for s, given in several.items() if len(given) == 1 and uses[s, given[0]] == 1}
    return result
