"""Texts, JSON data, tables and YAML in, the same with a few slips out; the same chance makes the same slips."""

from __future__ import annotations

import csv
import io
import json
import random
from typing import Any

import yaml

SECRET = "741852.963"  # planted as a value; no error message may hold it

WORDS = (
    *("1e308", "-1e308", "1e400", "NaN", "Infinity", "-0", "9" * 400, "0." + "1" * 60, "1000000000 log10 IU/mL"),
    *("½", "1•5", "0001-01-01", "9999-12-31", "2026-02-30", "2026-11-20T25:61", "10000 a", "99999999999 d", "18s"),
    *("1/2", "10^99999", "\x1b[31m", "\u202e", "\x9b", "\x00", "\u2028", "\ud7ff", "é" * 300, "'", '"', "{"),
    *("[", "<", "&amp;", "*a", "!!x", "", " ", "\n", "\t", "null", "true", "~", "../../x", "-", "--", "=", "%s"),
    *("18000 /uL", SECRET, f"{SECRET} mg/dL", "\x1b]8;;http://x\x07", "\ufeff", "\u200d", "#", ": ", "- ", "|", ">"),
    *(
        "٣",
        "＜",
        "1,5",
        "1.234,5",
        "5 - 40 U/L",
        "<0.1",
        "> 1e3",
        "2026-11",
        "2026",
        "99",
        "+",
        "@",
        "\\",
        "\r",
        "\x85",
    ),
    *("[" * 3000, '{"a":' * 3000, "9" * 5000, "- " * 500, "(" * 500),
)
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**29, 10**40, 1e308, -1e308, 5e-324, float(SECRET), [], {}, [[]], {"": None}),
    *([None], {"a": {"b": [1]}}, "x" * 5000),
)


def text(chance: random.Random, seed: str) -> str:
    """The text with a few slips: words put in, parts taken out, doubled or exchanged."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(len(seed) + 1)
        end = min(len(seed), at + chance.choice((1, 1, 3, 10, 60)))
        how = chance.randrange(6)
        if how == 0:
            seed = seed[:at] + seed[end:]
        elif how == 1:
            seed = seed[:at] + chance.choice(WORDS) + seed[at:]
        elif how == 2:
            seed = seed[:at] + chance.choice(WORDS) + seed[end:]
        elif how == 3:
            seed = seed[:end] + seed[at:]
        elif how == 4:
            seed = seed[:at] + chr(chance.choice((chance.randrange(128), chance.randrange(0x3000)))) + seed[at + 1 :]
        else:
            parts = seed.split("\n")
            chance.shuffle(parts)
            seed = "\n".join(parts)
    return seed


def data(chance: random.Random, seed: Any) -> Any:
    """The data with one part exchanged, taken out, doubled or wrapped, and now and then another one."""
    made = json.loads(json.dumps(seed))
    for _ in range(chance.choice((1, 1, 2, 5))):
        made = _changed(chance, made)
    return made


def _changed(chance: random.Random, part: Any) -> Any:
    if isinstance(part, dict) and part and chance.random() < 0.85:
        key = chance.choice(list(part))
        how = chance.randrange(8)
        if how == 0:
            del part[key]
        elif how == 1:
            part[chance.choice(WORDS) or "x"] = part[key]
        else:
            part[key] = _changed(chance, part[key])
        return part
    if isinstance(part, list) and part and chance.random() < 0.85:
        at = chance.randrange(len(part))
        if chance.randrange(6) == 0:
            part.insert(at, json.loads(json.dumps(part[at])))
        else:
            part[at] = _changed(chance, part[at])
        return part
    if isinstance(part, str) and chance.random() < 0.5:
        return text(chance, part)
    return json.loads(json.dumps(chance.choice((*VALUES, *WORDS, [part], {"x": part}))))  # a copy, to be changed


def planted(part: Any) -> Any:
    """The data with the planted value in the place of every number, so that no number of it may be told."""
    if isinstance(part, dict):
        return {key: planted(value) for key, value in part.items()}
    if isinstance(part, list):
        return [planted(value) for value in part]
    if isinstance(part, bool) or not isinstance(part, int | float):
        return part
    return float(SECRET)


def as_json(chance: random.Random, seed: Any) -> bytes:
    """The data with slips, as JSON, now and then with slips of its own."""
    whole = json.dumps(data(chance, seed), ensure_ascii=chance.random() < 0.5)
    return as_bytes(chance, whole if chance.random() < 0.8 else text(chance, whole))


def table(chance: random.Random, seed: str) -> str:
    """The table with a few slips in its cells, rows or columns."""
    rows = list(csv.reader(io.StringIO(seed)))
    for _ in range(chance.choice((1, 1, 2, 5))):
        row = chance.choice(rows)
        how = chance.randrange(6)
        if how == 0:
            rows.insert(chance.randrange(len(rows) + 1), list(row))
        elif how == 1 and row:
            row.pop(chance.randrange(len(row)))
        elif how == 2:
            row.insert(chance.randrange(len(row) + 1), chance.choice(WORDS))
        elif how == 3 and row:
            other, at = chance.choice(rows), chance.randrange(len(row))
            row[at] = other[at % len(other)] if other else ""
        elif row:
            at = chance.randrange(len(row))
            row[at] = chance.choice(WORDS) if how == 4 else text(chance, row[at])
    made = io.StringIO()
    csv.writer(made, delimiter=chance.choice(",,,,;\t|"), lineterminator=chance.choice(("\n", "\r\n"))).writerows(rows)
    return made.getvalue()


def as_yaml(chance: random.Random, seed: Any) -> str:
    """The data with slips, as YAML."""
    return yaml.dump(data(chance, seed), Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=120)


_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def as_bytes(chance: random.Random, seed: str) -> bytes:
    """The text in UTF-8, now and then with a bit turned round."""
    raw = bytearray(seed.encode("utf-8", "surrogatepass"))
    if raw and chance.random() < 0.1:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)
