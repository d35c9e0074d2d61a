"""Names of drugs: the list of the package in, terms out.

Only drugs of DrugBank's open vocabulary are taken. Fields from the NHS and from Wikipedia are not read; where an entry
has one, its other names may come from there, so that only those count which MeSH has as well.
"""

from __future__ import annotations

import bz2
import io
import pickle
import re
from collections import defaultdict
from typing import Any, NoReturn

from vocabularies.mesh import Mesh
from vocabularies.term import Term

_FOREIGN = ("wikipedia_url", "nhs_url", "nhs_api_url")
# A formula and no name: locants, stereo marks, brackets.
_FORMULA = re.compile(
    r"\d,\d|[\[\]{}^~*']|\(\d|\b[RSNOEZ]\)-|^\W|\b(alpha|beta)-[dl]-|-yl\b|-\d+-|\d-\(|\bacid ester\b"
)


class _PlainData(pickle.Unpickler):
    """Reads a pickle that holds nothing but lists, dictionaries, texts and numbers; refuses anything else."""

    def find_class(self, module: str, name: str, /) -> NoReturn:
        raise pickle.UnpicklingError(f"the file asks for {module}.{name}")


def terms(packed: bytes, mesh: Mesh) -> list[Term]:
    """The drugs that DrugBank names, with the names that MeSH has for them."""
    data: dict[str, dict[str, Any]] = _PlainData(io.BytesIO(bz2.decompress(packed))).load()
    variants: dict[str, list[str]] = defaultdict(list)
    for variant, canonicals in data["drug_variant_to_canonical"].items():
        if len(canonicals) == 1:
            variants[canonicals[0]].append(variant)
    by_name = mesh.substances_by_name()
    found = []
    for canonical, row in data["drug_canonical_to_data"].items():
        if not {"drugbank_id", "name"} <= row.keys() or _FORMULA.search(row["name"]):
            continue
        heading = by_name.get(row["name"].casefold())
        named_by_mesh, parents = _in_mesh(heading, mesh)
        codes = {"drugbank": [row["drugbank_id"]]} | ({"mesh": [heading]} if heading else {})
        own = [] if any(key in row for key in _FOREIGN) else variants[canonical]
        names = [n for n in dict.fromkeys([*own, *named_by_mesh]) if not _FORMULA.search(n)]
        found.append(
            Term(
                f"DRUGBANK:{row['drugbank_id']}",
                row["name"],
                "medication",
                "DrugBank",
                names,
                codes=codes,
                parents=parents,
            )
        )
    return found


def _in_mesh(id_: str | None, mesh: Mesh) -> tuple[list[str], list[str]]:
    """The other names that MeSH has for a substance, and all headings above it.

    Where a substance is no heading, MeSH says under which heading it is found, which is not what it is a kind of.
    """
    if id_ is None:
        return [], []
    if id_ in mesh.descriptors:
        return mesh.descriptors[id_].names, [f"MESH:{above}" for above in sorted(mesh.all_above(id_))]
    return mesh.substances[id_][1], []
