"""Inputs that a hospital, a registry or an attacker may send: seeds of every kind in, mutated ones out."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES, CASES = ROOT / "patients_examples", ROOT / "tests" / "cases"
SECRET = "741852.963"  # planted as a value; no error message may hold it
CRITERIA = "Inclusion Criteria:\n\n* Platelets below 20 x 10^9/L\n* Age 18-65 years\n\nExclusion Criteria:\n\n* HIV\n"

WORDS = (
    *(
        "1e308",
        "-1e308",
        "1e400",
        "NaN",
        "Infinity",
        "-0",
        "9" * 400,
        "0." + "1" * 60,
        "1000000000 log10 IU/mL",
        "½",
        "1•5",
    ),
    *(
        "0001-01-01",
        "9999-12-31",
        "2026-02-30",
        "2026-11-20T25:61",
        "10000 a",
        "99999999999 d",
        "18s",
        "1/2",
        "10^99999",
    ),
    *(
        "\x1b[31m",
        "\u202e",
        "\x9b",
        "\x00",
        "\u2028",
        "\ud7ff",
        "‮",
        "é" * 300,
        "'",
        '"',
        "{",
        "[",
        "<",
        "&amp;",
        "*a",
        "!!x",
    ),
    *(
        "",
        " ",
        "\n",
        "\t",
        "null",
        "true",
        "~",
        "../../x",
        "-",
        "--",
        "=",
        "%s",
        "18000 /uL",
        SECRET,
        f"{SECRET} mg/dL",
    ),
)
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**29, 10**40, 1e308, -1e308, 5e-324, float(SECRET), [], {}, [[]], {"": None}),
    *([None], {"a": {"b": [1]}}, "x" * 5000),
)


class Input(NamedTuple):
    """One run: the files that it needs, by their names, and the arguments."""

    files: dict[str, bytes]
    arguments: tuple[str, ...]


def _record(trial: str = "NCT00000009") -> dict[str, Any]:
    status = {"lastUpdatePostDateStruct": {"date": "2025-01-01"}}
    design = {"eligibilityCriteria": CRITERIA, "sex": "ALL", "minimumAge": "18 Years", "maximumAge": "65 Years"}
    names = {"nctId": trial, "briefTitle": "t"}
    groups = {"armGroups": [{"label": "Arm A"}, {"label": "Arm B"}]}
    parts = {"identificationModule": names, "statusModule": status, "eligibilityModule": design}
    return {"protocolSection": {**parts, "armsInterventionsModule": groups}}


XML = f"""<clinical_study><id_info><nct_id>NCT00000009</nct_id></id_info><brief_title>t</brief_title>
<eligibility><criteria><textblock>{CRITERIA}</textblock></criteria><gender>All</gender>
<minimum_age>18 Years</minimum_age></eligibility></clinical_study>"""


# --- mutations


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
    return chance.choice((*VALUES, *WORDS, [part], {"x": part}))


def _json(chance: random.Random, seed: Any) -> bytes:
    whole = json.dumps(data(chance, seed), ensure_ascii=chance.random() < 0.5)
    return _bytes(chance, whole if chance.random() < 0.8 else text(chance, whole))


def _bytes(chance: random.Random, seed: str) -> bytes:
    raw = bytearray(seed.encode("utf-8", "surrogatepass"))
    if raw and chance.random() < 0.1:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


# --- kinds


def _load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


NATIVE = [_load(path) for path in sorted(EXAMPLES.glob("*.json"))] + [_load(EXAMPLES / "formats" / "native.json")]
FHIR = _load(EXAMPLES / "formats" / "bundle.json")
LONG, WIDE, WIDE_MAPPING = (
    (EXAMPLES / "formats" / n).read_text("utf-8") for n in ("long.csv", "wide.csv", "wide.yaml")
)
SITE = (EXAMPLES / "site.yaml").read_text("utf-8")
RULES = [path.read_text("utf-8") for path in sorted((CASES / "doors" / "rules").glob("*.yaml"))]
CASE_FILE = (
    "trial: NCT00000001\ncases:\n- case: one\n  patient: {as_of: 2026-11-20, labs: {PLT: 18 x10^9/L}}\n  open: [I1]\n"
)
PAGES = [path.read_text("utf-8") for path in sorted((CASES / "document").glob("*.txt"))]
LINES = [line for page in PAGES for line in page.split("\n") if 10 < len(line) < 300] or [CRITERIA]
PATIENT = (EXAMPLES / "low_platelets.json").read_bytes()
OPTIONS = (
    *("--json", "--brief", "--outlook", "--lenient", "--as-of", "--max-age", "--margin", "--trial", "--why", "--only"),
    *(
        "--assume-absent",
        "--processes",
        "--format",
        "--max-size",
        "--id-by",
        "--site",
        "--mapping",
        "--rules",
        "--help",
    ),
)
COMMANDS = ("screen", "audit", "next", "patient", "parse", "import", "check", "fmt", "diff", "test", "cases", "explain")
MORE = ((), ("--json",), ("--json", "--outlook"), ("--lenient",), ("--assume-absent", "conditions"), ("--margin", "5%"))


def _screened(chance: random.Random, name: str, content: bytes, *more: str) -> Input:
    command = chance.choice(("screen", "screen", "next", "patient", "audit"))
    rules = () if command == "patient" else ("--rules", "@rules")
    extra = chance.choice(MORE) if command == "screen" else ("--json",) if chance.random() < 0.5 else ()
    return Input({name: content}, (command, name, *rules, *more, *extra))


def native(chance: random.Random) -> Input:
    """A record of our own."""
    return _screened(chance, "x.json", _json(chance, chance.choice(NATIVE)))


def fhir(chance: random.Random) -> Input:
    """A Bundle, or its resources one a line."""
    if chance.random() < 0.6:
        return _screened(chance, "x.json", _json(chance, FHIR))
    lines = [json.dumps(entry["resource"]).encode() for entry in FHIR["entry"]]
    at = chance.randrange(len(lines))
    lines[at] = _json(chance, FHIR["entry"][at]["resource"])
    return _screened(chance, "x.ndjson", b"\n".join(lines))


def table(chance: random.Random) -> Input:
    """A table with a row per value."""
    return _screened(chance, "x.csv", _bytes(chance, text(chance, LONG)))


def mapped(chance: random.Random) -> Input:
    """A table with a row per patient, or its mapping."""
    whole, mapping = (text(chance, WIDE), WIDE_MAPPING) if chance.random() < 0.5 else (WIDE, text(chance, WIDE_MAPPING))
    made = _screened(chance, "x.csv", _bytes(chance, whole), "--mapping", "m.yaml")
    return Input({**made.files, "m.yaml": _bytes(chance, mapping)}, made.arguments)


def site(chance: random.Random) -> Input:
    """A site's profile."""
    files = {"site.yaml": _bytes(chance, text(chance, SITE)), "x.json": PATIENT}
    return Input(files, ("screen", "x.json", "--rules", "@rules", "--site", "site.yaml", *chance.choice(MORE)))


def rules(chance: random.Random) -> Input:
    """A rule set, beside a good one."""
    files = {"r/NCT1.yaml": _bytes(chance, text(chance, chance.choice(RULES))), "x.json": PATIENT}
    calls = (
        ("check", "r"),
        ("fmt", "--check", "r"),
        ("screen", "x.json", "--rules", "r", "--json"),
        ("explain", "NCT1"),
    )
    chosen = chance.choice(calls)
    return Input(files, (*chosen, "--rules", "r") if chosen[0] == "explain" else chosen)


def cases(chance: random.Random) -> Input:
    """Cases beside a rule set."""
    made = {"r/NCT1.yaml": RULES[0].encode(), "r/NCT1.cases.yaml": _bytes(chance, text(chance, CASE_FILE))}
    return Input(made, ("test", "r", *chance.choice(((), ("--json",)))))


def registry(chance: random.Random) -> Input:
    """A record of a registry, as JSON, XML or in a zip."""
    how = chance.randrange(3)
    if how == 0:
        return Input({"t.json": _json(chance, _record())}, ("import", "t.json", "--rules", "out"))
    if how == 1:
        return Input({"t.xml": _bytes(chance, text(chance, XML))}, ("import", "t.xml", "--rules", "out", "--json"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(3):
            archive.writestr(f"{i}.json", json.dumps(_record(f"NCT0000000{i}")))
    raw = bytearray(packed.getvalue())
    for _ in range(chance.randrange(1, 6)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return Input({"t.zip": bytes(raw)}, ("import", "t.zip", "--rules", "out"))


def page(chance: random.Random) -> Input:
    """A pasted page."""
    content = _bytes(chance, text(chance, chance.choice(PAGES)))
    calls = (
        ("parse", "p.txt", "--json"),
        ("parse", "--stats", "p.txt"),
        ("import", "p.txt", "--rules", "out", "--trial", "T"),
    )
    return Input({"p.txt": content}, chance.choice(calls))


def lines(chance: random.Random) -> Input:
    """Lines of JSON with sentences."""
    rows = [{"id": i, "text": text(chance, chance.choice(LINES))} for i in range(5)]
    whole = "\n".join(json.dumps(row) for row in rows)
    return Input(
        {"l.jsonl": _bytes(chance, whole if chance.random() < 0.7 else text(chance, whole))},
        ("parse", "--jsonl", "l.jsonl"),
    )


def arguments(chance: random.Random) -> Input:
    """Arguments of all kinds, in any order."""
    words = [
        chance.choice(COMMANDS),
        *chance.choices((*OPTIONS, *WORDS, "x.json", "@rules", "NCT00000001"), k=chance.randrange(5)),
    ]
    return Input({"x.json": PATIENT}, tuple(word.replace("\x00", "") for word in words))


KINDS: dict[str, Callable[[random.Random], Input]] = {
    made.__name__: made for made in (native, fhir, table, mapped, site, rules, cases, registry, page, lines, arguments)
}
