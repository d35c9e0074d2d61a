"""The text of `relations.yaml` in, the tables of `Relations` out; what is wrong comes in one error, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eligo.errors import EligoError, Problem, did_you_mean
from eligo.vocabulary.curated import Curated
from eligo.vocabulary.units import to_canonical
from eligo.vocabulary.variables import variables
from eligo.yamltext import Path, YamlText, read_yaml

OPS = ("lt", "le", "gt", "ge")
STATUSES = ("active", "resolved", "suspected", "planned")
_TABLES = ("areas", "may_be", "overlaps", "enough", "too_wide", "apart", "signs")
_AREA = ("concepts", "may_be")
_GROUP = ("recorded", "asked", "but_not", "status", "alone", "lasts", "vague", "exact", "why")
_FLAGS = ("alone", "lasts", "vague", "exact")
_NO_FLAGS = dict.fromkeys(_FLAGS, False)
_APART = ("kinds_of", "each_other")
_SIGN = ("variable", "op", "limit", "unit", "asked", "exact", "why")

Row = dict[str, Any]


def read(text: str, file: str, known: Curated) -> dict[str, Any]:
    """Check the file against the vocabulary, and put areas, groups and overlaps into one form."""
    return _RelationsReader(read_yaml(text, file), file, known).read()


class _RelationsReader:
    """Keeps the problems that were found so far."""

    def __init__(self, source: YamlText, file: str, known: Curated) -> None:
        self.source, self.file, self.known = source, file, known
        self.problems: list[Problem] = []

    def read(self) -> dict[str, Any]:
        data = self.row(self.source.data, (), _TABLES)
        areas = [self.area(area, ("areas", name)) for name, area in self.entries(data, "areas")]
        apart = self.row(data.get("apart") or {}, ("apart",), _APART)
        placed = [id_ for area in areas for id_ in area["recorded"]]
        groups = [
            *areas,
            *(self.group(group, ("may_be", i)) for i, group in enumerate(self.items(data, "may_be", ()))),
            *self.overlaps(data),
        ]
        asked = sorted({id_ for group in groups for id_ in group["asked"]})
        made = {
            "may_be": groups,
            "by_asked": {id_: [i for i, group in enumerate(groups) if id_ in group["asked"]] for id_ in asked},
            "signs": [self.sign(sign, ("signs", i)) for i, sign in enumerate(self.items(data, "signs", ()))],
            "enough": self.ids(data, "enough", ()),
            "too_wide": self.ids(data, "too_wide", ()),
            "kinds_apart": self.ids(apart, "kinds_of", ("apart",)),
            "each_apart": self.sets(apart, "each_other", ("apart",)),
            "unclassified": self.unclassified(placed),
        }
        if self.problems:
            raise EligoError(sorted(self.problems, key=lambda p: p.place.line or 0))
        return made

    def area(self, area: Any, path: Path) -> Row:
        """What belongs to an area may be its classes, unless it is one of the classes' kinds or stands apart."""
        row = self.row(area, path, _AREA)
        return self.made(self.ids(row, "concepts", path), self.ids(row, "may_be", path))

    def group(self, group: Any, path: Path) -> Row:
        row = self.row(group, path, _GROUP)
        statuses = self.items(row, "status", path)
        for word in statuses:
            if word not in STATUSES:
                self.complain("unknown-status", f"unknown status `{word}`", (*path, "status"), ", ".join(STATUSES))
        found = [self.ids(row, key, path) for key in ("recorded", "asked", "but_not")]
        flags = {key: row.get(key) is True for key in _FLAGS}
        return self.made(found[0], found[1], found[2], statuses, flags)

    def overlaps(self, data: Row) -> Iterator[Row]:
        """Each of an overlap's concepts may be each other one."""
        for group in self.sets(data, "overlaps", ()):
            yield from (self.made([id_], [other for other in group if other != id_]) for id_ in group)

    def made(
        self,
        recorded: Sequence[str],
        asked: Sequence[str],
        but_not: Sequence[str] = (),
        status: Sequence[str] = (),
        flags: Mapping[str, bool] = _NO_FLAGS,
    ) -> Row:
        lists = {"recorded": recorded, "asked": asked, "but_not": list(but_not), "status": list(status)}
        return {**lists, **flags}

    def sign(self, sign: Any, path: Path) -> Row:
        row = self.row(sign, path, _SIGN)
        variable, op, limit = variables().get(str(row.get("variable"))), row.get("op"), row.get("limit")
        made = {"variable": row.get("variable"), "op": op, "limit": 0.0}
        if variable is None:
            self.complain("unknown-variable", f"unknown variable `{row.get('variable')}`", (*path, "variable"))
        elif op not in OPS or not isinstance(limit, int | float):
            self.complain("sign-shape", "a sign has an `op` and a `limit`", path, ", ".join(OPS))
        else:
            try:
                made["limit"] = to_canonical(limit, row.get("unit"), variable)
            except EligoError as error:
                self.complain("sign-unit", error.problems[0].message, (*path, "unit"), error.problems[0].help)
        return made | {"asked": self.ids(row, "asked", path), "vague": False, "exact": row.get("exact") is True}

    def unclassified(self, placed: Sequence[str]) -> list[str]:
        """What is of no area, neither itself nor by what it is a kind of."""
        areas = frozenset(placed)
        clinical = (concept.id for concept in self.known if concept.kind != "attestation")
        return [id_ for id_ in clinical if areas.isdisjoint(self.known.ancestors(id_))]

    # --- forms

    def row(self, value: Any, path: Path, keys: Sequence[str]) -> Row:
        if not isinstance(value, dict):
            self.complain("relation-shape", "this must be a mapping", path)
            return {}
        for key in value:
            if key not in keys:
                self.complain("unknown-key", f"unknown key `{key}`", (*path, key), did_you_mean(key, keys))
        return value

    def entries(self, data: Row, key: str) -> Iterator[tuple[str, Any]]:
        table = data.get(key) or {}
        if isinstance(table, dict):
            yield from table.items()
        else:
            self.complain("relation-shape", f"`{key}` must be a mapping", (key,))

    def items(self, row: Row, key: str, path: Path) -> list[Any]:
        value = row.get(key) or []
        if isinstance(value, list):
            return value
        self.complain("relation-shape", f"`{key}` must be a list", (*path, key))
        return []

    def sets(self, row: Row, key: str, path: Path) -> list[list[str]]:
        return [self.known_ids(group, (*path, key, i)) for i, group in enumerate(self.items(row, key, path))]

    def ids(self, row: Row, key: str, path: Path) -> list[str]:
        return self.known_ids(self.items(row, key, path), (*path, key))

    def known_ids(self, ids: Any, path: Path) -> list[str]:
        for id_ in ids if isinstance(ids, list) else ():
            if id_ not in self.known:
                self.complain("unknown-concept", f"unknown concept `{id_}`", path, self.known.suggest(str(id_)))
        return ids if isinstance(ids, list) else []

    def complain(self, code: str, message: str, path: Path, help: str | None = None) -> None:  # noqa: A002 - as in Problem
        self.problems.append(Problem(code, message, self.source.place(path, self.file), help))
