"""The YAML data files to the tokeniser's tables: every phrase with what it may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from eligo.criteria import DAYS_IN
from eligo.data import data_dir
from eligo.reading.atoms import phrase_key
from eligo.reading.word_lists import WORD_LISTS
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.unit_spellings import begins_unit
from eligo.vocabulary.variables import variables
from eligo.yamltext import read_yaml

Entry = list[Any]  # role, value, the exact spelling where case counts
Trie = dict[str, Any]

END = ""  # the key under which a trie node keeps its roles: role to value
EXACT = " "  # the key for those whose case counts: spelling, role, value

# The order in which roles are tried: those that ask most of their neighbours first.
RANK = [
    "COMP",
    "AGECOMP",
    "AFTER",
    "AGEAFTER",
    "BETWEEN",
    "TO",
    "PLUSMINUS",
    "TIMES",
    "NORMAL",
    "PLAINNORMAL",
    "REF",
    "FACTOR",
    "NUMBER",
    "ROMAN",
    "AGEUNIT",
    "TIMEUNIT",
    "OLD",
    "SCOREUNIT",
    "FINDING",
    "VAR",
    "CONCEPT",
    "ATTEST",
    "CITE",
    "PERMIT",
    "EXCEPT",
    "UNLESS",
    "HEDGE",
    "FOLLOWING",
    "WITHIN",
    "LASTING",
    "EVENT",
    "BEFORE",
    "SINCE",
    "AGO",
    "AT",
    "EQUIV",
    "GRADE",
    "CHANGE",
    "REL",
    "NEG",
    "SUCH",
    "ENDED",
    "STATUS",
    "QUAL",
    "OTHER",
    "GROUP",
    "PAIR",
    "NOTED",
    "NOTE",
    "PLAIN",
    "UNTESTED",
    "REST",
    "SEX",
    "IF",
    "ABOUT",
    "OR",
    "AND",
    "SLASH",
    "LINK",
    "LIGHT",
    "INCLUSIVE",
    "EXTREME",
    "METHOD",
    "BY_METHOD",
    "SCALE",
    "ON_SCALE",
    "OUT_OF",
    "BORN",
    "RATIO",
    "LOGIC",
]


_SPELLED = ("words", "long", "also", "exact")  # the spellings of a unit


def compile_lexicon() -> dict[str, Any]:
    path = data_dir("grammar") / "phrases.yaml"
    data = read_yaml(path.read_text("utf-8"), path.name).data
    root: Trie = {}
    for phrase, entry in [*_vocabulary(), *_phrases(data)]:
        _add(root, phrase, entry)
    _rank(root)
    return {
        "trie": root,
        "words": {kind: data[kind] for kind in WORD_LISTS} | _words_of_units(root) | _bonds(data) | _behind(data),
        "measured_by": data["measured_by"],
        "measured_in": data["measured_in"],
        "measured_by_side": data.get("measured_by_side", {}),
        "belongs_to": data["belongs_to"],
        "alternates": data["alternates"],
        "opposed": data["opposed"],
        "restating": data["restating"],
        "least_limits": data["least_limits"],
        "duration_of": data["duration_of"],
        "weaker_opinions": data["weaker_opinions"],
        "score_of": data["score_of"],
        "predicted_of": data["predicted_of"],
        "other_by_method": data["other_by_method"],
        "ratio_of": {"/".join(parts): ratio for ratio, parts in data["ratio_of"].items()},
    }


def _bonds(data: dict[str, Any]) -> dict[str, list[str]]:
    return {f"bond_{side}": phrases for side, phrases in data["bonds"].items()}


def _behind(data: dict[str, Any]) -> dict[str, list[str]]:
    return {f"behind_{kind}": phrases for kind, phrases in data["behind_a_name"].items()}


def _words_of_units(root: Trie) -> dict[str, list[str]]:
    """The words that units begin with, and those that they only go on with: `mm Hg`, `centimeters of water`."""
    phrases = [phrase_key(text) for text in _spelled_units()]
    starts = {phrase[0] for phrase in phrases if phrase[0][0].isalpha()} | {w for w in root if w and begins_unit(w)}
    later = {word for phrase in phrases for word in phrase[1:] if word.isalpha() and not begins_unit(word)}
    return {"unit_starts": sorted(starts), "unit_goes_on": sorted(later - starts)}


def _spelled_units() -> Iterator[str]:
    """All spellings of units that are words."""
    path = data_dir("grammar") / "units.yaml"
    data = read_yaml(path.read_text("utf-8"), path.name).data
    for code, body in data["atoms"].items():
        if code not in DAYS_IN:  # `of age` tells what is measured
            yield from _texts([body.get(key) for key in _SPELLED])
    for body in data["logarithms"].values():
        yield from body["words"]


def _texts(data: Any) -> Iterator[str]:
    """All texts in lists, and in the values of mappings."""
    if isinstance(data, str):
        yield data
    elif data is not None:
        for part in data.values() if isinstance(data, dict) else data:
            yield from _texts(part)


def _rank(root: Trie) -> None:
    """Put the roles of each phrase in the order in which they are tried: the most demanding first."""
    todo = [root]
    while todo:
        node = todo.pop()
        for key, below in node.items():
            if key == END:
                node[END] = dict(sorted(below.items(), key=lambda item: RANK.index(item[0])))
            elif key != EXACT:
                todo.append(below)


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
        yield from _spellings(text, [_role_of(id_), id_, text if case else None])


def _role_of(concept: str) -> str:
    known = concepts().get(concept)
    return "ATTEST" if known is not None and known.kind == "attestation" else "CONCEPT"


def _spellings(text: str, entry: Entry) -> Iterator[tuple[str, Entry]]:
    yield text, entry
    if entry[2] is None and len(text) > 3 and text[-1].isalpha():
        yield _other_number(text), entry
    for british, american in (
        ("haem", "hem"),
        ("oedema", "edema"),
        ("oesoph", "esoph"),
        ("tumour", "tumor"),
        ("anaem", "anem"),
    ):
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
    yield from _listed(data)
    for role, key in _KEYED.items():
        yield from _valued(role, data[key].items())
    yield from _valued("LOGIC", ((key, data[key]) for key in ("exceptions", "logic", "turning", "others")))
    yield from _comparators(data)
    yield from _valued("BORN", [("born", data["born"])])
    for role, key in (("FACTOR", "factors"), ("NUMBER", "number_words"), ("ROMAN", "roman"), ("AGEUNIT", "age_units")):
        yield from ((str(phrase), [role, value, None]) for phrase, value in data[key].items())
    yield from _valued("VAR", data["running_text"].items())
    yield from _valued("EVENT", _in_two_parts(data["events_in_parts"]))
    yield from _valued("REL", _in_two_parts(data["relations_in_parts"]))
    yield from _valued("STATUS", _in_two_parts(data["statuses_in_parts"]))
    yield from _valued("STATUS", [(_BEHIND[kind], phrases) for kind, phrases in data["behind_a_name"].items()])
    yield from _valued("STATUS", [("history", data["before_a_treatment"])])
    yield from _valued("QUAL", [(site, [site]) for site in data["sites"]])
    yield from _valued("NOTED", [(None, phrases) for _, phrases in _in_two_parts(data["noted_in_parts"])])
    yield from _valued("FINDING", _in_two_parts(data["found_in_tests"]))
    for id_, phrases in [*data["running_concepts"].items(), *_in_two_parts(data["concepts_in_parts"])]:
        yield from _valued(_role_of(id_), [(id_, phrases)])
    yield from _valued("LIGHT", [(None, phrases) for side, phrases in data["bonds"].items() if side != "without"])
    yield from _valued("WITHIN", [("ahead", data["ahead"])])
    yield from _valued("SEX", [("any", data["both_sexes"])])
    yield from _headings(data["following"])


def _listed(data: dict[str, Any]) -> Iterator[tuple[str, Entry]]:
    """The phrases that have a role and no value, but for links that are no words of grammar: these are of measuring."""
    grammar = set(data["light"])
    for role, key in _LISTED.items():
        for phrase in data[key]:
            yield phrase, [role, "measure" if role == "LINK" and phrase not in grammar else None, None]


def _valued(role: str, groups: Iterable[tuple[Any, list[str]]]) -> Iterator[tuple[str, Entry]]:
    for value, phrases in groups:
        for phrase in phrases:
            yield phrase, [role, value, None]


def _in_two_parts(groups: dict[str, list[list[str]]]) -> Iterator[tuple[str, list[str]]]:
    """`signing` + `the consent form`: each of the first parts before each of the second, of which one may be empty."""
    for value, (first, second) in groups.items():
        yield value, [f"{one} {other}".strip() for one in first for other in second]


def _headings(following: dict[str, list[str]]) -> Iterator[tuple[str, Entry]]:
    """`any of the following`, by itself and before each noun for what is listed: `any of the following conditions`."""
    for quantifier in ("any", "every", "listed", "n"):
        for phrase in following[quantifier]:
            nouns = (f"{phrase} {noun}" for noun in following["nouns"])
            yield from _valued("FOLLOWING", [(quantifier, [phrase, *nouns])])


_INCLUSIVE = {"lt": "le", "gt": "ge"}
_OPPOSITE = {"lt": "ge", "gt": "le", "ge": "lt", "le": "gt"}


def _comparators(data: dict[str, Any]) -> Iterator[tuple[str, Entry]]:
    """All spellings of the comparators: with `or equal`, and negated."""
    for op, phrases in data["comparators"].items():
        for phrase in phrases:
            yield phrase, ["COMP", op, None]
            if op in _INCLUSIVE:
                yield from _valued("COMP", [(_INCLUSIVE[op], [f.replace("{}", phrase) for f in data["or_equal"]])])
                if phrase[0].isalpha():
                    yield from _valued("COMP", [(_OPPOSITE[op], [f"{word} {phrase}" for word in data["negated"]])])
    short = data["or_equal_short"]
    for op, inclusive in _INCLUSIVE.items():
        for word in short[op]:
            yield from _valued("COMP", [(inclusive, [form.replace("{}", word) for form in short["forms"]])])
    yield from _valued("COMP", data["worse_comparators"].items())
    for role, key in (("AGECOMP", "age_comparators"), ("AFTER", "after"), ("AGEAFTER", "age_after")):
        yield from _valued(role, data[key].items())


_BEHIND = {"condition": "found", "procedure": "now", "medication": "used"}  # what a word behind a name of each kind is
_KEYED = {
    "REF": "references",
    "CHANGE": "changes",
    "TIMEUNIT": "time_units",
    "EVENT": "events",
    "STATUS": "statuses",
    "QUAL": "qualifiers",
    "SEX": "sexes",
    "SCOREUNIT": "score_units",
    "SUCH": "such_as",
    "IF": "conditions",
    "NEG": "negations",
    "REL": "relations",
    "GROUP": "age_groups",
    "PAIR": "pairing",
    "EXTREME": "extremes",
}


_LISTED = {
    "BETWEEN": "between",
    "TO": "to",
    "PLUSMINUS": "plus_minus",
    "ABOUT": "about",
    "TIMES": "times",
    "NORMAL": "in_normal",
    "GRADE": "grade_words",
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
    "PLAIN": "plain_qualifiers",
    "REST": "resting",
    "UNTESTED": "untested",
    "PLAINNORMAL": "plain_normal",
    "OTHER": "other_of_kind",
    "NOTED": "noted",
    "NOTE": "note_words",
    "PERMIT": "permissions",
    "AND": "and",
    "OR": "or",
    "SLASH": "slash",
    "HEDGE": "hedges",
    "ENDED": "ended",
    "CITE": "citations",
    "EXCEPT": "except",
    "UNLESS": "unless",
    "LIGHT": "light",
    "METHOD": "methods",
    "BY_METHOD": "by_method",
    "SCALE": "scale_words",
    "ON_SCALE": "on_scale",
    "OUT_OF": "out_of",
    "RATIO": "ratio_words",
}
