"""`grammar/concepts.yaml` to `Concepts`: what a patient has, had or takes, found by any of its names or codes, with its is-a parents.

A warm start reads one JSON text from the cache: keys, ancestors and code prefixes are worked out when the YAML changes, never at start.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.errors import EligoError, Place, Problem, did_you_mean

ConceptKind = Literal["condition", "procedure", "medication", "state", "attestation"]
Sex = Literal["male", "female"]
GradeValue = float | tuple[float, float]

KINDS: tuple[str, ...] = get_args(ConceptKind)
_KEYS = {
    "name", "kind", "synonyms", "case_sensitive", "ambiguous", "codes", "parents", "sex", "grade_variable",
}  # fmt: skip
_TOKEN = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s?\b")


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept; `ambiguous` are those of its synonyms that may also mean something else, such as a variable.

    `case_sensitive` synonyms count only as written (TIPS, not tips). `sex` says that only this sex can have it.
    `grade_variable` is the ordinal that grades it: grade 0 is its absence.
    """

    id: str
    name: str
    kind: ConceptKind
    synonyms: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    parents: tuple[str, ...] = ()
    sex: Sex | None = None
    grade_variable: str | None = None
    case_sensitive: frozenset[str] = frozenset()
    ambiguous: frozenset[str] = frozenset()

    @property
    def words(self) -> tuple[str, ...]:
        """The name and all synonyms, as they are written."""
        return (self.name, *self.synonyms)


class Concepts:
    """All concepts, in the order of the file."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._concepts = {row["id"]: _concept(row) for row in data["concepts"]}
        self._keys: dict[str, str] = data["keys"]
        self._exact: dict[str, str] = data["exact"]
        self._ancestors: dict[str, list[str]] = data["ancestors"]
        self._codes: dict[str, dict[str, str]] = data["codes"]
        self._systems: dict[str, str] = data["systems"]
        self._prefixes = frozenset(data["prefixes"])
        self._graded: dict[str, Any] = data["graded"]
        self._spellings: list[list[str]] = data["spellings"]
        self._descendants: dict[str, frozenset[str]] = {}

    def __iter__(self) -> Iterator[Concept]:
        return iter(self._concepts.values())

    def __len__(self) -> int:
        return len(self._concepts)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._concepts

    def get(self, id_: str) -> Concept | None:
        """The concept with this id."""
        return self._concepts.get(id_)

    def find(self, word: str) -> Concept | None:
        """The concept with this id, name or synonym; case, hyphens, plural and British spelling do not count.

        >>> concepts().find("Oesophageal-Varices").id
        'esophageal_varices'
        """
        if word in self._concepts:
            return self._concepts[word]
        id_ = self._exact.get(" ".join(_TOKEN.findall(word)))
        if id_ is None:
            id_ = self._keys.get(self.key(word))
        return self._concepts[id_] if id_ is not None else None

    def key(self, word: str) -> str:
        """The form in which words are compared."""
        return _key(word, self._spellings)

    def by_code(self, system: str, code: str) -> Concept | None:
        """The concept of a code; `system` is a short name (snomed, icd10 ...) or a URI; ICD-10 and ATC by the longest prefix."""
        short = self._systems.get(system.lower().rstrip("/"))
        if short is None:
            return None
        codes = self._codes.get(short, {})
        plain = _code_key(code)
        shortest = 3 if short in self._prefixes else len(plain)
        for length in range(len(plain), shortest - 1, -1):
            if plain[:length] in codes:
                return self._concepts[codes[plain[:length]]]
        return None

    def suggest(self, word: str) -> str | None:
        """A help text with the known names nearest to `word`."""
        return did_you_mean(word, (w for c in self for w in c.words))

    def ancestors(self, id_: str) -> frozenset[str]:
        """All that a concept is, itself among them; empty for an unknown id."""
        return frozenset(self._ancestors.get(id_, ()))

    def descendants(self, id_: str) -> frozenset[str]:
        """All concepts that are a kind of this one, itself among them; empty for an unknown id."""
        if not self._descendants:
            below: dict[str, set[str]] = {}
            for child, above in self._ancestors.items():
                for ancestor in above:
                    below.setdefault(ancestor, set()).add(child)
            self._descendants = {k: frozenset(v) for k, v in below.items()}
        return self._descendants.get(id_, frozenset())

    def is_a(self, id_: str, ancestor: str) -> bool:
        """Whether the one concept is the other or a kind of it."""
        return ancestor in self._ancestors.get(id_, ())

    def synonym_items(self) -> Iterator[tuple[str, str, bool]]:
        """Every way to write a concept: the words, the concept's id, and whether their case counts."""
        for concept in self._concepts.values():
            exact = concept.case_sensitive
            for word in concept.words:
                yield word, concept.id, word in exact

    def find_graded(self, name: str) -> tuple[Concept, str, GradeValue] | None:
        """The concept, grade variable and grade (or lowest and highest) of a graded name such as `moderate ascites`."""
        words = [w.casefold() for w in _TOKEN.findall(_plain(name))]
        for start in range(len(words)):
            for end in range(len(words), start, -1):
                concept = self.find(" ".join(words[start:end])) if end - start < len(words) else None
                rule = self._graded.get(concept.grade_variable or "") if concept else None
                if concept is None or rule is None or concept.grade_variable is None:
                    continue
                grade = _grade([*words[:start], *words[end:]], rule)
                if grade is not None:
                    return concept, concept.grade_variable, grade
        return None


def _grade(words: list[str], rule: Mapping[str, Any]) -> GradeValue | None:
    """The grade that the words left around a concept's name state, by the rule of its variable; None where any word is not of it."""
    label = " ".join(words)
    if label in rule["labels"]:
        value = rule["labels"][label]
        return (value[0], value[1]) if isinstance(value, list) else value
    if not any(w in rule["words"] for w in words):
        return None
    rest = [w for w in words if w not in rule["words"] and w not in rule["joins"]]
    if not 1 <= len(rest) <= 2 or any(w not in rule["levels"] for w in rest):
        return None
    grades = sorted(rule["levels"][w] for w in rest)
    return grades[0] if len(set(grades)) == 1 else (grades[0], grades[-1])


@functools.cache
def concepts() -> Concepts:
    """The concepts of `grammar/concepts.yaml`."""
    path = data_dir("grammar") / "concepts.yaml"
    text = path.read_bytes()
    return Concepts(cached("concepts", digest([text, b"1"]), lambda: compile_concepts(text.decode(), path.name)))


def _concept(row: Mapping[str, Any]) -> Concept:
    return Concept(
        row["id"],
        row["name"],
        row["kind"],
        tuple(row["synonyms"]),
        tuple((s, c) for s, c in row["codes"]),
        tuple(row["parents"]),
        row["sex"],
        row["grade_variable"],
        frozenset(row["case_sensitive"]),
        frozenset(row["ambiguous"]),
    )


def _plain(word: str) -> str:
    return _POSSESSIVE.sub("", unicodedata.normalize("NFKC", word))


def _key(word: str, spellings: Iterable[Iterable[str]]) -> str:
    text = "".join(_singular(token) for token in _TOKEN.findall(_plain(word).casefold()))
    for british, american in spellings:
        text = text.replace(british, american)
    return text


def _singular(token: str) -> str:
    """The word without its plural ending; the result is only ever compared, never shown."""
    if len(token) > 4 and token.endswith("ies"):
        return token[:-3] + "y"
    if len(token) > 3 and token.endswith("s") and not token.endswith(("ss", "us", "is")):
        return token[:-1]
    return token


def _code_key(code: str) -> str:
    return code.strip().upper().replace(".", "")


# --- from YAML: only when the file changed


def compile_concepts(text: str, file: str) -> dict[str, Any]:
    """Check the YAML and work out all that lookups need; raise `EligoError` with every problem of the file."""
    from eligo.yamltext import read_yaml  # lazily: a warm start needs no YAML reader

    source = read_yaml(text, file)
    problems: list[Problem] = []

    def report(code: str, message: str, *path: str, help_: str | None = None) -> None:
        problems.append(Problem(code, message, source.place(path, file), help_))

    data = source.data
    rows = [_row(id_, entry, report) for id_, entry in data["concepts"].items()]
    spellings = [[a, b] for a, b in data["spellings"].items()]
    keys, exact = _index(rows, spellings, report)
    made = {
        "concepts": rows,
        "keys": keys,
        "exact": exact,
        "ancestors": _ancestors({row["id"]: row["parents"] for row in rows}, report),
        "codes": _codes(rows, set(data["systems"]), report),
        "systems": {uri: short for short, uris in data["systems"].items() for uri in [short, *uris]},
        "prefixes": data["prefixes"],
        "graded": {name: _graded(rule) for name, rule in data["graded"].items()},
        "spellings": spellings,
    }
    if problems:
        raise EligoError(problems)
    return made


def _row(id_: str, entry: Any, report: Any) -> dict[str, Any]:
    at = ("concepts", id_)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", id_):
        report("concept-id", f"`{id_}` is not a snake_case id", *at)
    entry = entry if isinstance(entry, dict) else {}
    for key in entry:
        if key not in _KEYS:
            report("unknown-key", f"unknown key `{key}`", *at, key, help_=did_you_mean(key, _KEYS))
    if entry.get("kind") not in KINDS:
        report("concept-kind", f"`{id_}` has no known kind", *at, help_="one of " + ", ".join(KINDS))
    if entry.get("sex") not in (None, "male", "female"):
        report("concept-sex", f"the sex of `{id_}` is not known", *at, help_="male or female")
    name = str(entry.get("name", id_.replace("_", " ")))
    exact, ambiguous = _texts(entry, "case_sensitive"), _texts(entry, "ambiguous")
    # A synonym may stand only under its mark, so that no list has to be written twice.
    synonyms = list(dict.fromkeys([*_texts(entry, "synonyms"), *exact, *ambiguous]))
    codes = [[system, str(code)] for system, several in (entry.get("codes") or {}).items() for code in several]
    return {
        "id": id_,
        "name": name,
        "kind": entry.get("kind"),
        "synonyms": [s for s in synonyms if s != name],
        "codes": codes,
        "parents": _texts(entry, "parents"),
        "sex": entry.get("sex"),
        "grade_variable": entry.get("grade_variable"),
        "case_sensitive": exact,
        "ambiguous": ambiguous,
    }


def _texts(entry: Mapping[str, Any], key: str) -> list[str]:
    return [str(word) for word in entry.get(key) or []]


def _index(rows: list[dict[str, Any]], spellings: list[list[str]], report: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Comparison key to id, and exact words to id for those whose case counts; a name of two concepts is a problem."""
    keys: dict[str, str] = {}
    exact: dict[str, str] = {}
    for row in rows:
        id_ = row["id"]
        for word in [id_, row["name"], *row["synonyms"]]:
            case_counts = word in row["case_sensitive"]
            table = exact if case_counts else keys
            key = " ".join(_TOKEN.findall(word)) if case_counts else _key(word, spellings)
            if table.setdefault(key, id_) != id_:
                report("synonym-twice", f"`{word}` names `{table[key]}` and `{id_}`", "concepts", id_)
    return keys, exact


def _ancestors(parents: Mapping[str, list[str]], report: Any) -> dict[str, list[str]]:
    """Each concept with all that it is, itself among them; unknown parents and cycles are problems."""
    for id_, above in parents.items():
        for parent in above:
            if parent not in parents:
                report("unknown-parent", f"`{id_}` has the unknown parent `{parent}`", "concepts", id_)
    result: dict[str, list[str]] = {}
    for id_ in parents:
        seen: dict[str, None] = {}
        todo = [id_]
        while todo:
            above = parents.get(todo.pop(), [])
            if id_ in above:
                report("is-a-cycle", f"`{id_}` is its own ancestor", "concepts", id_)
            new = [p for p in above if p not in seen and p != id_]
            seen.update(dict.fromkeys(new))
            todo += new
        result[id_] = [id_, *sorted(seen)]
    return result


def _codes(rows: list[dict[str, Any]], systems: set[str], report: Any) -> dict[str, dict[str, str]]:
    """Per code system, code to id; a code of two concepts is a problem."""
    result: dict[str, dict[str, str]] = {}
    for row in rows:
        for system, code in row["codes"]:
            if system not in systems:
                report("code-system", f"unknown code system `{system}`", "concepts", row["id"])
            elif result.setdefault(system, {}).setdefault(_code_key(code), row["id"]) != row["id"]:
                report("code-twice", f"the {system} code `{code}` has two concepts", "concepts", row["id"])
    return result


def _graded(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule for graded names with its words case-folded."""
    return {
        "words": [str(w).casefold() for w in rule["words"]],
        "joins": [str(w).casefold() for w in rule.get("joins", [])],
        "levels": {str(k).casefold(): v for k, v in rule["levels"].items()},
        "labels": {str(k).casefold(): v for k, v in rule.get("labels", {}).items()},
    }
