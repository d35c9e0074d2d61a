"""A chance in, a small world out: rules over a part of the vocabulary, and random patients who meet them often.

None of them is a person. A world is either the shipped trials, or a few random ones; its patients state what these ask
for, what is kin of that, and now and then anything else.
"""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import yaml

from bench.fuzz.kinds import PLACES
from eligo.errors import EligoError
from eligo.vocabulary.concepts import Concept, concepts
from eligo.vocabulary.units import convert, same_dimension
from eligo.vocabulary.variables import Variable, variables

AS_OF = date(2026, 11, 20)
Data = dict[str, Any]
LIST_OF = {"condition": "conditions", "state": "conditions", "procedure": "procedures", "medication": "medications"}
LISTS = ("conditions", "procedures", "medications")
_START = {"conditions": "onset", "procedures": "date", "medications": "start"}
_STATUSES = ("active", "active", "active", "resolved", "suspected", "planned", None)
_QUALIFIERS = ("severe", "mild", "chronic", "acute", "refractory", "uncontrolled", "metastatic")
_OPS = ("lt", "le", "gt", "ge")
_ROUNDING = 1e-9  # of a change of units, as a share of the value


@functools.cache
def measured() -> tuple[Variable, ...]:
    return tuple(v for v in variables() if v.id not in ("age", "sex") and v.kind != "category")


@functools.cache
def named() -> tuple[Concept, ...]:
    return tuple(c for c in concepts() if c.kind in LIST_OF)


@functools.cache
def _attestations() -> tuple[str, ...]:
    return tuple(c.id for c in concepts() if c.kind == "attestation" and not c.per_criterion)


@dataclass(frozen=True, slots=True, eq=False)  # told by identity, so that what is worked out of it can be kept
class World:
    """What the rules of a world ask for; without `trials` they are the shipped ones.

    `limits` are those of each variable, in its canonical unit; `between` has the two forms of each that is stated in
    two units, the lower one first.
    """

    trials: tuple[Data, ...]
    variables: tuple[Variable, ...]
    concepts: tuple[Concept, ...]
    attestations: tuple[str, ...]
    limits: Mapping[str, Sequence[float]]
    between: Mapping[str, Sequence[tuple[float, float]]]


def world(chance: random.Random) -> World:
    """The shipped trials, or a few random ones."""
    if chance.random() < 0.3:
        return of_trials(())
    names = World(
        (),
        tuple(chance.sample(measured(), 8)),
        tuple(_family(chance, 9)),
        tuple(chance.sample(_attestations(), 3)),
        {},
        {},
    )
    return of_trials(tuple(_trial(chance, names, number) for number in range(1, 5)))


def of_trials(trials: tuple[Data, ...]) -> World:
    """The world of these trials; of the shipped ones where there are none."""
    told = trials or tuple(_shipped())
    chosen = dict.fromkeys(_strings(told))
    return World(
        trials,
        tuple(v for v in measured() if v.id in chosen),
        tuple(c for c in named() if c.id in chosen),
        tuple(a for a in _attestations() if a in chosen),
        _limits(told),
        _between(told),
    )


@functools.cache
def _shipped() -> list[Data]:
    paths = sorted(PLACES["@shipped"].glob("*.yaml"))
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return [yaml.load(p.read_text("utf-8"), loader) for p in paths if not p.name.endswith(".cases.yaml")]


def _strings(part: Any) -> Iterator[str]:
    """Every text within the data."""
    if isinstance(part, str):
        yield part
    for within in _parts(part):
        yield from _strings(within)


def _limits(part: Any) -> dict[str, list[float]]:
    """The limits within the data, by their variables; none that is a multiple of something, or beside it."""
    found: dict[str, list[float]] = {}
    if isinstance(part, dict) and not {"of", "above"} & set(part):
        variable = variables().get(str(part.get("variable")))
        for key in ("limit", "gt", "ge", "lt", "le") if variable else ():
            if variable and key in part and variable.kind != "ordinal" and variable.id != "age":
                limit = convert(float(part[key]), part.get("unit"), variable.unit, variable)
                found.setdefault(variable.id, []).append(limit)
    for within in _parts(part):
        for name, limits in _limits(within).items():
            found.setdefault(name, []).extend(limits)
    return found


def _between(part: Any) -> dict[str, list[tuple[float, float]]]:
    """The two forms of each limit within the data that is stated in two units, by their variables."""
    found: dict[str, list[tuple[float, float]]] = {}
    variable = variables().get(str(part.get("variable"))) if isinstance(part, dict) and "equivalent" in part else None
    if variable is not None:
        number, _, unit = part["equivalent"].partition(" ")
        stated = ((float(part["limit"]), part.get("unit")), (float(number), unit))
        low, high = sorted(convert(value, of, variable.unit, variable) for value, of in stated)
        found[variable.id] = [(low, high)]
    for within in _parts(part):
        for name, forms in _between(within).items():
            found.setdefault(name, []).extend(forms)
    return found


def _parts(data: Any) -> Iterable[Any]:
    """What a mapping or a list holds."""
    return data.values() if isinstance(data, dict) else data if isinstance(data, list | tuple) else ()


def _family(chance: random.Random, count: int) -> Iterator[Concept]:
    """Random concepts, some of them kinds of one another."""
    for concept in chance.sample(named(), count):
        yield concept
        kin = sorted((concepts().ancestors(concept.id) | concepts().descendants(concept.id)) - {concept.id})
        other = concepts().get(chance.choice(kin)) if kin and chance.random() < 0.6 else None
        if other is not None and other.kind in LIST_OF:
            yield other


# --- rules


def _trial(chance: random.Random, names: World, number: int) -> Data:
    criteria = [_criterion(chance, names, place) for place in range(1, chance.randrange(2, 8))]
    conditions = [c.id for c in names.concepts if c.kind == "condition"]
    about = {"conditions": [chance.choice(conditions)]} if conditions and chance.random() < 0.5 else {}
    return {"trial": f"NCT{number:08}", "title": "a random trial", **about, "criteria": criteria}


def _criterion(chance: random.Random, names: World, place: int) -> Data:
    kind = chance.choice(("inclusion", "exclusion"))
    return {"id": f"{kind[0].upper()}{place}", "kind": kind, "text": "the text", "when": _tree(chance, names, 3)}


def _tree(chance: random.Random, names: World, depth: int) -> Data:
    if depth == 0 or chance.random() < 0.5:
        return _leaf(chance, names)
    parts = [_tree(chance, names, depth - 1) for _ in range(chance.randrange(2, 4))]
    how = chance.randrange(6)
    if how == 0:
        return {"not": parts[0]}
    if how == 1:
        return {"at_least": chance.randrange(1, len(parts) + 1), "of": parts}
    if how == 2:
        return {"if": parts[0], "then": parts[1]}
    return {("all", "any")[how % 2]: parts}


def _leaf(chance: random.Random, names: World) -> Data:
    how = chance.randrange(20)
    if how < 8:
        return _compare(chance, chance.choice(names.variables))
    if how < 16:
        return _present(chance, names)
    if how == 16:
        return {"attest": chance.choice(names.attestations)}
    if how == 17:
        return {"variable": "age", "ge": chance.randrange(0, 40), "le": chance.randrange(40, 90), "unit": "a"}
    if how == 18:
        return {"variable": "sex", "in": [chance.choice(("male", "female"))]}
    relation = chance.choice(("requiring", "treated_with", "due_to", "unrelated_to"))
    return {"related": relation, "what": _present(chance, names), "to": _present(chance, names)}


def _compare(chance: random.Random, variable: Variable) -> Data:
    if variable.kind == "ordinal":
        grades = sorted(set(variable.grades.values()))
        if chance.random() < 0.5:
            return {"variable": variable.id, "in": chance.sample(grades, min(2, len(grades)))}
        return {"variable": variable.id, "op": chance.choice(_OPS), "limit": chance.choice(grades)}
    unit = {} if variable.unit == "1" else {"unit": variable.unit}
    window = {"within": f"{chance.randrange(1, 12)} {chance.choice(('wk', 'mo'))}"} if chance.random() < 0.2 else {}
    pick = {"pick": chance.choice(("any", "lowest", "highest"))} if chance.random() < 0.2 else {}
    if variable.references and chance.random() < 0.3:
        limit = {"limit": chance.choice((1, 1.5, 3)), "of": chance.choice(("ULN", "LLN"))}
        return {"variable": variable.id, "op": chance.choice(_OPS), **limit, **window, **pick}
    if chance.random() < 0.3:
        low, high = sorted((_amount(chance, variable), _amount(chance, variable)))
        if low < high:
            return {"variable": variable.id, "ge": low, "le": high, **unit, **window, **pick}
    return {
        "variable": variable.id, "op": chance.choice(_OPS), "limit": _amount(chance, variable), **unit, **window, **pick
    }  # fmt: skip


def _present(chance: random.Random, names: World) -> Data:
    concept = chance.choice(names.concepts)
    made: Data = {"concept": concept.id}
    made["status"] = chance.choice(("active", "active", "history", "history", "suspected", "planned", "now"))
    if chance.random() < 0.15:
        made["qualifier"] = chance.choice(_QUALIFIERS)
    if chance.random() < 0.3:
        made["within"] = f"{chance.randrange(1, 13)} {chance.choice(('d', 'wk', 'mo', 'a'))}"
    elif chance.random() < 0.15:
        bound = f"{chance.choice(_OPS)} {chance.randrange(1, 13)} {chance.choice(('wk', 'mo'))}"
        made[chance.choice(("ago", "lasting"))] = bound
    kinds = sorted(concepts().descendants(concept.id) - {concept.id})
    if kinds and chance.random() < 0.2:
        made["but_not"] = [chance.choice(kinds)]
    return made


# --- patients


def _amount(chance: random.Random, variable: Variable) -> float:
    """A value near the range of normal, else anything plausible, in the canonical unit; four digits of it."""
    reference = variable.reference("male")
    low, high = variable.plausible or (0.0, 100.0)
    if reference is not None and reference.high is not None:
        low, high = max(low, (reference.low or 0) * 0.3), min(high, reference.high * 4)
    value = chance.uniform(low, min(high, low + 1000) if chance.random() < 0.5 else high)
    return round(value) if variable.kind == "count" else float(f"{value:.4g}")


def record(chance: random.Random, around: World, number: int) -> Data:
    """A random patient, of whom most things are known that the world asks for."""
    made: Data = {"id": f"p{number}", "as_of": AS_OF.isoformat()}
    if chance.random() < 0.9:
        made["birth_date"] = _date(chance, 30000, 365)
    if chance.random() < 0.9:
        made["sex"] = chance.choice(("male", "female"))
    asked = around.variables or measured()
    seen = [v for v in chance.sample(asked, min(len(asked), 12)) if chance.random() < 0.7]
    seen += chance.sample(measured(), 2)
    made["observations"] = [_observation(chance, v, around) for v in seen for _ in range(chance.choice((1, 1, 1, 2)))]
    for name in LISTS:
        made[name] = []
    for concept in _meant(chance, around):
        made[LIST_OF[concept.kind]].append(_entry(chance, concept))
    stated = {entry["concept"] for name in LISTS for entry in made[name]}
    kin = stated.union(*(concepts().ancestors(id_) | concepts().descendants(id_) for id_ in stated))
    made["absent"] = sorted({c.id for c in _meant(chance, around) if chance.random() < 0.4 and c.id not in kin})
    made["complete"] = [name for name in LISTS if chance.random() < 0.4]
    made["attested"] = {a: chance.random() < 0.7 for a in around.attestations if chance.random() < 0.7}
    return made


def _meant(chance: random.Random, around: World) -> list[Concept]:
    """Concepts that the world asks for, kin of them, and any other one."""
    asked = around.concepts or named()
    found = chance.sample(asked, min(len(asked), chance.randrange(1, 6)))
    for concept in list(found):
        kin = sorted((concepts().ancestors(concept.id) | concepts().descendants(concept.id)) - {concept.id})
        other = concepts().get(chance.choice(kin)) if kin and chance.random() < 0.3 else None
        found += [other] if other is not None and other.kind in LIST_OF else []
    return [*found, chance.choice(named())] if chance.random() < 0.5 else found


def _observation(chance: random.Random, variable: Variable, around: World) -> Data:
    made: Data = {"variable": variable.id}
    if variable.kind == "ordinal":
        made["value"] = chance.choice(sorted(set(variable.grades.values())))
    else:
        limits = around.limits.get(variable.id)
        made["value"] = chance.choice(limits) if limits and chance.random() < 0.3 else _amount(chance, variable)
        if variable.unit != "1":
            made["unit"] = variable.unit
        if chance.random() < 0.08:
            made["value"] = f"{chance.choice(('<', '<=', '>', '>='))} {made['value']}"
        elif variable.references and chance.random() < 0.2:
            made["high"] = _amount(chance, variable)
    if chance.random() < 0.85:
        made["date"] = _date(chance, 200, 4)
    return made


def _entry(chance: random.Random, concept: Concept) -> Data:
    made: Data = {"concept": concept.id}
    if status := chance.choice(_STATUSES):
        made["status"] = status
    if chance.random() < 0.7:
        made[_START[LIST_OF[concept.kind]]] = _date(chance, 1500, 20)
    if chance.random() < 0.1:
        made["qualifiers"] = [chance.choice(_QUALIFIERS)]
    return made


def _date(chance: random.Random, days: int, in_part: int) -> str:
    """A day before the screening, one of so many known to the month only."""
    text = (AS_OF - timedelta(days=chance.randrange(days))).isoformat()
    return text[:7] if chance.randrange(in_part) == 0 else text


# --- other units


def in_other_units(chance: random.Random, data: Data, around: World) -> Data:
    """The record with every result in another unit that its variable accepts, where that can change no answer."""
    made: Data = json.loads(json.dumps(data))
    made["observations"] = [_rewritten(chance, seen, around) for seen in made.get("observations", ())]
    return made


def _rewritten(chance: random.Random, seen: Data, around: World) -> Data:
    variable = variables().get(seen["variable"])
    if variable is None or variable.kind == "ordinal" or "unit" not in seen:
        return seen
    units: Sequence[str] = list(dict.fromkeys((variable.unit, *variable.units, *variable.conversions)))
    unit = chance.choice(units)
    try:
        sign, _, number = str(seen["value"]).rpartition(" ")
        value = convert(float(number), seen["unit"], unit, variable)
        ends: Data = {k: convert(seen[k], seen["unit"], unit, variable) for k in ("low", "high") if k in seen}
    except EligoError:
        return seen
    if sign and _is_turned(variable, seen["unit"], unit):
        return seen
    kin = same_dimension(seen["unit"], unit)
    if not kin and _is_between(convert(value, unit, variable.unit, variable), around.between.get(variable.id, ())):
        return seen  # each form is held against values in its own kind of unit
    return {**seen, "value": f"{sign} {value}" if sign else value, "unit": unit, **ends}


def _is_between(value: float, forms: Iterable[tuple[float, float]]) -> bool:
    return any(low * (1 - _ROUNDING) <= value <= high * (1 + _ROUNDING) for low, high in forms)


def _is_turned(variable: Variable, unit: str, other: str) -> bool:
    """Whether what is more in one unit is less in the other."""
    return convert(2, unit, other, variable) < convert(1, unit, other, variable)
