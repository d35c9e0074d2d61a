"""The words of `grammar/*.yaml` as one trie over atoms: what each phrase may be, for the tokeniser to choose from.

Compiled when a data file changes, and kept by `eligo.cache` as JSON.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.reading.atoms import phrase_key
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

Entry = list[Any]  # role, value, the exact spelling where case counts
Trie = dict[str, Any]

END = ""  # the key under which a trie node keeps its roles: role to value
EXACT = " "  # the key for those whose case counts: spelling, role, value

_FORM = b"1"
_FILES = ("phrases.yaml", "variables.yaml", "concepts.yaml")


@functools.cache
def trie() -> Trie:
    """The trie of all phrases; a node holds its roles under the keys END and EXACT."""
    folder = data_dir("grammar")
    return cached("lexicon", digest([_FORM, *((folder / name).read_bytes() for name in _FILES)]), _compile)  # type: ignore[no-any-return]  # the cache holds what was put in


def _compile() -> Trie:
    from eligo.yamltext import read_yaml  # lazily: a warm start needs no YAML

    path = data_dir("grammar") / "phrases.yaml"
    root: Trie = {}
    for phrase, entry in [*_vocabulary(), *_phrases(read_yaml(path.read_text("utf-8"), path.name).data)]:
        _add(root, phrase, entry)
    return root


def _add(root: Trie, phrase: str, entry: Entry) -> None:
    node = root
    for atom in phrase_key(phrase):
        node = node.setdefault(atom, {})
    role, value, exact = entry
    if exact is None:
        node.setdefault(END, {}).setdefault(role, value)
    else:
        node.setdefault(EXACT, []).append([exact, role, value])


def _vocabulary() -> Iterator[tuple[str, Entry]]:
    """Variables and concepts in singular and plural, American and British."""
    for text, id_, case in variables().synonym_items():
        yield from _spellings(text, ["VAR", id_, text if case else None])
    for text, id_, case in concepts().synonym_items():
        concept = concepts().get(id_)
        role = "ATTEST" if concept and concept.kind == "attestation" else "CONCEPT"
        yield from _spellings(text, [role, id_, text if case else None])


def _spellings(text: str, entry: Entry) -> Iterator[tuple[str, Entry]]:
    yield text, entry
    if entry[2] is None and len(text) > 3 and text[-1].isalpha():
        yield _other_number(text), entry
    for british, american in (("haem", "hem"), ("oedema", "edema"), ("oesoph", "esoph"), ("tumour", "tumor"), ("anaem", "anem")):
        for a, b in ((british, american), (american, british)):
            if entry[2] is None and a in text.lower() and british not in text.lower().replace(a, ""):
                yield text.lower().replace(a, b), entry


def _other_number(text: str) -> str:
    if text.endswith("ies"):
        return text[:-3] + "y"
    if text.endswith("y") and text[-2] not in "aeiou":
        return text[:-1] + "ies"
    if text.endswith(("ss", "us", "sh", "ch", "x")):
        return text + "es"
    if text.endswith("is"):
        return text[:-2] + "es"
    return text[:-1] if text.endswith("s") else text + "s"


def _phrases(data: dict[str, Any]) -> Iterator[tuple[str, Entry]]:
    """Every phrase of phrases.yaml with its role and value."""
    for role, key in _KEYED.items():
        for value, phrases in data[key].items():
            for phrase in phrases:
                yield phrase, [role, value, None]
    for role, key in _LISTED.items():
        for phrase in data[key]:
            yield phrase, [role, None, None]
    yield from _comparators(data)
    for role, key in (("NUMBER", "number_words"), ("ROMAN", "roman"), ("AGEUNIT", "age_units")):
        for phrase, value in data[key].items():
            yield str(phrase), [role, value, None]
    for quantifier in ("any", "all"):
        for phrase in data["following"][quantifier]:
            yield from _headings(phrase, quantifier, data["following"]["nouns"])
    for phrase in data["following"]["n"]:
        yield from _headings(phrase, "n", data["following"]["nouns"])


def _headings(phrase: str, quantifier: str, nouns: Iterable[str]) -> Iterator[tuple[str, Entry]]:
    entry = ["FOLLOWING", quantifier, None]
    yield phrase, entry
    for noun in nouns:
        yield f"{phrase} {noun}", entry


def _comparators(data: dict[str, Any]) -> Iterator[tuple[str, Entry]]:
    """All spellings of the comparators: with `or equal`, and negated."""
    inclusive = {"lt": "le", "gt": "ge"}
    opposite = {"lt": "ge", "gt": "le", "ge": "lt", "le": "gt"}
    for op, phrases in data["comparators"].items():
        for phrase in phrases:
            yield phrase, ["COMP", op, None]
            if op in inclusive:
                for form in data["or_equal"]:
                    yield form.replace("{}", phrase), ["COMP", inclusive[op], None]
                if phrase[0].isalpha():
                    for word in data["negated"]:
                        yield f"{word} {phrase}", ["COMP", opposite[op], None]
    for op in inclusive:
        for word in data["or_equal_short"][op]:
            for form in data["or_equal_short"]["forms"]:
                yield form.replace("{}", word), ["COMP", inclusive[op], None]
    for role, key in (("AGECOMP", "age_comparators"), ("AFTER", "after"), ("AGEAFTER", "age_after")):
        for op, phrases in data[key].items():
            for phrase in phrases:
                yield phrase, [role, op, None]


_KEYED = {
    "REF": "references",
    "CHANGE": "changes",
    "TIMEUNIT": "time_units",
    "EVENT": "events",
    "STATUS": "statuses",
    "QUAL": "qualifiers",
    "SEX": "sexes",
}
_LISTED = {
    "BETWEEN": "between",
    "TO": "to",
    "PLUSMINUS": "plus_minus",
    "ABOUT": "about",
    "TIMES": "times",
    "GRADE": "grade_words",
    "SCOREUNIT": "score_units",
    "OLD": "old",
    "INCLUSIVE": "inclusive",
    "EQUIV": "equivalent",
    "LINK": "links",
    "WITHIN": "within",
    "LASTING": "lasting",
    "BEFORE": "before",
    "SINCE": "after_anchor",
    "AT": "at_anchor",
    "AGO": "ago",
    "EVER": "ever",
    "PLAIN": "plain_qualifiers",
    "REST": "resting",
    "AND": "and",
    "OR": "or",
    "SLASH": "slash",
    "NEG": "negations",
    "HEDGE": "hedges",
    "SUCH": "such_as",
    "IF": "conditions",
    "LOGIC": "logic",
    "LIGHT": "light",
}
