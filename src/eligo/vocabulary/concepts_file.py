"""The text of `concepts.yaml` in, the tables of `Concepts` out; what is wrong comes in one error, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from eligo.dataclass import fields, replace
from eligo.errors import EligoError, Problem, did_you_mean
from eligo.regex import regex
from eligo.vocabulary.concept import Aspect, Concept, ConceptKind, code_key, freeze, word_key
from eligo.vocabulary.concepts_inherited import classes_of, nearest
from eligo.vocabulary.named import USUAL_ASPECT
from eligo.vocabulary.series import KEYS as SERIES_KEYS
from eligo.vocabulary.series import LISTS as SERIES_LISTS
from eligo.vocabulary.series import entries
from eligo.yamltext import YamlText, read_yaml

_KINDS: tuple[ConceptKind, ...] = get_args(ConceptKind)
_ASPECTS: tuple[Aspect, ...] = get_args(Aspect)
_TABLES = {"spellings": dict, "systems": dict, "prefixes": list, "no_concept": dict, "graded": dict, "series": dict}
_KEYS = {f.name for f in fields(Concept)} - {"id", "kind"}
_IN_KINDS = "kinds"
_ASPECT_HELP = "event, state or exposure"
_LISTS = ("synonyms", "exact", "ambiguous", "parents")
_RULE_KEYS = {"words", "joins", "levels", "labels", "concepts"}
_ID = regex(r"[a-z][a-z0-9_]*")

Row = dict[str, Any]


def _turned(ancestors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What each concept is, as what each concept takes in: itself among them."""
    below: dict[str, list[str]] = {}
    for child, above in ancestors.items():
        for ancestor in above:
            below.setdefault(ancestor, []).append(child)
    return below


def _joined(lists: Mapping[str, list[str]]) -> dict[str, str]:
    """The ids of each list as one text, since a start loads all of them and splits few."""
    return {of: " ".join(ids) for of, ids in lists.items()}


def read(text: str, file: str) -> dict[str, Any]:
    """Check the file, and work out all that lookups need."""
    return _ConceptsReader(read_yaml(text, file), file).read()


class _ConceptsReader:
    """Keeps the problems and what has been found so far."""

    def __init__(self, source: YamlText, file: str) -> None:
        self.source = source
        self.file = file
        self.problems: list[Problem] = []
        self.found: dict[str, Concept] = {}
        self.aspects: dict[str, Aspect] = {}  # as stated
        self.fluctuating: dict[str, bool] = {}
        self.mixed: set[str] = set()  # of which some kinds wax and wane
        self.made_series: dict[str, tuple[list[str], dict[str, str]]] = {}  # by what they are of

    def read(self) -> dict[str, Any]:
        tables = self.tables()
        self.inherit()
        spellings = [[str(a), str(b)] for a, b in tables["spellings"].items()]
        ancestors = self.ancestors()
        made = {
            "concepts": {concept.id: freeze(concept) for concept in self.found.values()},
            "kinds": {concept.id: concept.kind for concept in self.found.values()},
            "grades": {c.id: c.grade_variable for c in self.found.values() if c.grade_variable},
            "keys": self.keys(spellings),
            "ancestors": _joined(ancestors),
            "descendants": _joined(_turned(ancestors)),
            "codes": self.codes(tables["systems"], tables["no_concept"]),
            "systems": {n.lower(): short for short, names in tables["systems"].items() for n in [short, *names]},
            "prefixes": tables["prefixes"],
            "graded": {name: self.rule(name, rule) for name, rule in tables["graded"].items()},
            "series": self.made_series,
            "spellings": spellings,
        }
        if self.problems:
            raise EligoError(sorted(self.problems, key=lambda p: p.place.line or 0))
        return made

    def complain(self, code: str, message: str, *path: str, help: str | None = None) -> None:  # noqa: A002 - as in Problem
        self.problems.append(Problem(code, message, self.source.place(path, self.file), help))

    def tables(self) -> dict[str, Any]:
        """Read the concepts of every kind, and give the other tables."""
        data = self.source.data if isinstance(self.source.data, dict) else {}
        for key in data:
            if key not in _TABLES and key not in _KINDS:
                self.complain("unknown-key", f"unknown key `{key}`", key, help=did_you_mean(key, [*_TABLES, *_KINDS]))
        for kind in _KINDS:
            entries = data.get(kind) or {}
            for id_, entry in entries.items() if isinstance(entries, dict) else ():
                self.concept(kind, id_, entry or {})
        tables = {key: data.get(key) or form() for key, form in _TABLES.items()}
        for key, form in _TABLES.items():
            if not isinstance(tables[key], form):
                self.complain("concept-shape", f"`{key}` must be a {form.__name__}", key)
                tables[key] = form()
        for id_, template in tables["series"].items():
            self.series(id_, template)
        return tables

    def concept(self, kind: ConceptKind, id_: str, entry: Any) -> None:
        if not isinstance(entry, dict):
            self.complain("concept-shape", f"`{id_}` must be a mapping", kind, id_)
            return
        if not _ID.fullmatch(id_):
            self.complain("concept-id", f"`{id_}` is not an id", kind, id_, help="write it in snake_case")
        if id_ in self.found:
            self.complain("duplicate-key", f"the id `{id_}` is given twice", kind, id_)
        for key in entry:
            if key not in _KEYS:
                self.complain("unknown-key", f"unknown key `{key}`", kind, id_, key, help=did_you_mean(key, _KEYS))
        self.times(entry, kind, id_)
        lists = {key: self.texts(entry, key, kind, id_) for key in _LISTS}
        name, sex = entry.get("name", id_.replace("_", " ")), entry.get("sex")
        if sex not in (None, "male", "female"):
            self.complain("concept-sex", f"`{id_}` has an unknown sex", kind, id_, "sex", help="male or female")
        # A synonym may stand under `exact` or `ambiguous` alone, so that no word is written twice.
        marked = [w for w in lists["ambiguous"] if w not in lists["exact"]]
        plain = [w for w in dict.fromkeys([*lists["synonyms"], *marked]) if w != name and w not in lists["exact"]]
        self.found[id_] = Concept(
            id_,
            name,
            kind,
            tuple(plain),
            tuple(lists["exact"]),
            tuple(lists["ambiguous"]),
            tuple(self.pairs(entry.get("codes") or {}, kind, id_)),
            tuple(lists["parents"]),
            sex,
            entry.get("grade_variable"),
            entry.get("per_criterion") is True,
        )

    def series(self, id_: str, template: Any) -> None:
        """Make the concepts of a series, each of the kind of what it is of."""
        shaped = isinstance(template, dict) and template.keys() <= SERIES_KEYS and isinstance(template.get("name"), str)
        lists = [self.texts(template, key, "series", id_) for key in SERIES_LISTS] if shaped else []
        if not shaped or "{}" not in id_ or not all(lists[:2]):
            help_ = "it has an id with `{}`, and " + ", ".join(sorted(SERIES_KEYS))
            self.complain("concept-shape", f"`{id_}` is no series", "series", id_, help=help_)
            return
        of = self.found.get(template.get("of", ""))
        if of is None:
            self.complain("unknown-concept", f"unknown concept `{template.get('of')}`", "series", id_, "of")
            return
        ids: dict[str, str] = {}
        for number, one, entry in entries(id_, template):
            self.concept(of.kind, one, entry)
            ids[number] = one
        self.made_series[of.id] = ([word.casefold() for word in template["words"]], ids)

    def times(self, entry: Row, *path: str) -> None:
        """Keep what an entry states about times: its aspect, and whether it waxes and wanes."""
        aspect, fluctuates = entry.get("aspect"), entry.get("fluctuates")
        if aspect in _ASPECTS:
            self.aspects[path[-1]] = aspect
        elif "aspect" in entry:
            message = f"`{path[-1]}` has the unknown aspect `{aspect}`"
            self.complain(
                "concept-aspect", message, *path, "aspect", help=did_you_mean(str(aspect), _ASPECTS) or _ASPECT_HELP
            )
        if isinstance(fluctuates, bool) or fluctuates == _IN_KINDS:
            self.fluctuating[path[-1]] = fluctuates is True
            if fluctuates == _IN_KINDS:
                self.mixed.add(path[-1])
        elif "fluctuates" in entry:
            self.complain("concept-shape", "`fluctuates` must be true, false or kinds", *path, "fluctuates")

    def inherit(self) -> None:
        """Give every concept its aspect and its fluctuation: its own, else that of what it is a kind of."""
        parents = {concept.id: concept.parents for concept in self.found.values()}
        for concept in self.found.values():
            aspects = nearest(concept.id, self.aspects, parents) or [USUAL_ASPECT.get(concept.kind, "state")]
            fluctuates = nearest(concept.id, self.fluctuating, parents) or [False]
            for key, several in (("aspect", aspects), ("fluctuates", fluctuates)):
                if len(several) > 1:
                    message = f"what `{concept.id}` is a kind of states more than one `{key}`"
                    self.complain("unclear-parents", message, *self.path(concept), help=f"state its own `{key}`")
            mixed = concept.id in self.mixed
            self.found[concept.id] = replace(
                concept, aspect=aspects[0], fluctuates=fluctuates[0], kinds_fluctuate=mixed
            )
        waxing = [id_ for id_, waxes in self.fluctuating.items() if waxes]  # not what does so by another parent
        for id_ in classes_of(waxing, self.fluctuating, parents) & self.found.keys():
            self.found[id_] = replace(self.found[id_], fluctuates=True)

    def texts(self, entry: Row, key: str, *path: str) -> list[str]:
        value = entry.get(key) or []
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return value
        self.complain("concept-shape", f"`{key}` must be a list of words", *path, key)
        return []

    def pairs(self, codes: Any, *path: str) -> list[tuple[str, str]]:
        if isinstance(codes, dict) and all(isinstance(v, list) for v in codes.values()):
            return [(system, str(code)) for system, several in codes.items() for code in several]
        self.complain("concept-shape", "`codes` must map a code system to a list", *path, "codes")
        return []

    def keys(self, spellings: list[list[str]]) -> dict[str, str]:
        """Map what counts of each name to its id; a name of two concepts is a problem."""
        keys = {word_key(id_, spellings): id_ for id_ in self.found}
        for concept in self.found.values():
            for word in concept.words:
                key = word_key(word, spellings)
                if not key or keys.setdefault(key, concept.id) != concept.id:
                    other = keys.get(key, "nothing")
                    self.complain("synonym-twice", f"`{word}` names `{other}` and `{concept.id}`", *self.path(concept))
        return keys

    def ancestors(self) -> dict[str, list[str]]:
        """List all that each concept is, itself first; unknown parents and cycles are problems."""
        result: dict[str, list[str]] = {}
        for concept in self.found.values():
            seen: dict[str, None] = {}
            todo = list(concept.parents)
            while todo:
                parent = todo.pop()
                if parent not in self.found:
                    message = f"`{concept.id}` has the unknown ancestor `{parent}`"
                    self.complain("unknown-parent", message, *self.path(concept), help=did_you_mean(parent, self.found))
                elif parent not in seen:
                    seen[parent] = None
                    todo += self.found[parent].parents
            if concept.id in seen:
                self.complain("is-a-cycle", f"`{concept.id}` is its own ancestor", *self.path(concept))
            result[concept.id] = [concept.id, *sorted(seen.keys() - {concept.id})]
        return result

    def codes(self, systems: Mapping[str, Any], without: Mapping[str, list[Any]]) -> dict[str, dict[str, str | None]]:
        """Map each system's codes to ids, and those that stand for no concept to None."""
        result: dict[str, dict[str, str | None]] = {
            system: {code_key(str(code)): None for code in without.get(system, ())} for system in systems
        }
        for concept in self.found.values():
            for system, code in concept.codes:
                if system not in systems:
                    help_ = did_you_mean(system, systems)
                    self.complain("code-system", f"unknown code system `{system}`", *self.path(concept), help=help_)
                elif result[system].setdefault(code_key(code), concept.id) != concept.id:
                    self.complain("code-twice", f"the {system} code `{code}` is given twice", *self.path(concept))
        return result

    def rule(self, name: str, rule: Any) -> dict[str, Any]:
        """Check a rule for graded names, and fold the case of its words."""
        if not isinstance(rule, dict) or not rule.keys() <= _RULE_KEYS:
            self.complain("graded-rule", f"the rule of `{name}` has unknown keys", "graded", name)
            return {}
        for id_ in rule.get("concepts") or ():
            if id_ not in self.found:
                self.complain("unknown-concept", f"unknown concept `{id_}`", "graded", name)
        return {
            "words": [str(w).casefold() for w in rule.get("words") or ()],
            "joins": [str(w).casefold() for w in rule.get("joins") or ()],
            "levels": {str(k).casefold(): _grade(v) for k, v in (rule.get("levels") or {}).items()},
            "labels": {str(k).casefold(): _grade(v) for k, v in (rule.get("labels") or {}).items()},
            "concepts": rule.get("concepts") or [],
        }

    def path(self, concept: Concept) -> tuple[str, str]:
        return concept.kind, concept.id


def _grade(value: Any) -> Any:
    return [_grade(v) for v in value] if isinstance(value, list) else int(value)
