"""ICD-10-CM: the tabular list in, terms out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from vocabularies.term import Term

# Injuries by place and side, causes, and reasons for a contact: no diseases, or named only together with something.
_LEFT = re.compile(r"[S-Z]")
# What makes a title a rest, or one of several things, and no name.
_NO_NAME = re.compile(
    r"\b(other|others|unspecified|classified|elsewhere|NEC|NOS|and|or|with|without|due to|in|during|following|"
    r"right|left|bilateral|unilateral|trimester|encounter|sequela|complicating|affecting|by|not|type|of unknown|"
    r"certain|multiple|"
    r"initial|subsequent|history|specified|mention|status|for|from|puerperal|newborn|persons|elements)\b|[,;:/()\[\]]",
    re.IGNORECASE,
)


def terms(text: bytes) -> Iterator[Term]:
    """The categories and codes of diseases that have a title which is a name."""
    for chapter in ElementTree.fromstring(text).iter("section"):
        for top in chapter.findall("diag"):
            yield from _terms(top, None)


def _terms(diag: ElementTree.Element, above: str | None) -> Iterator[Term]:
    code, title = diag.findtext("name", "").strip(), " ".join(diag.findtext("desc", "").split())
    if _LEFT.match(code):
        return
    named = not _NO_NAME.search(title)
    if named:
        parents = [f"ICD10CM:{above}"] if above else []
        yield Term(f"ICD10CM:{code}", title, "condition", "ICD-10-CM", codes={"icd10": [code]}, parents=parents)
    for below in diag.findall("diag"):
        yield from _terms(below, code if named else above)
