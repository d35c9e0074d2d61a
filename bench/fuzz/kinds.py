"""Inputs that a hospital, a registry or an attacker may send: seeds of every kind in, mutated ones out."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bench.fuzz import mutate
from bench.fuzz.mutate import WORDS, as_bytes, as_json, text

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES, CASES = ROOT / "patients_examples", ROOT / "tests" / "cases"
PLACES = {"@rules": CASES / "doors" / "rules", "@shipped": ROOT / "rules"}  # words of arguments that stand for folders
CRITERIA = "Inclusion Criteria:\n\n* Platelets below 20 x 10^9/L\n* Age 18-65 years\n\nExclusion Criteria:\n\n* HIV\n"


class Input(NamedTuple):
    """One run: the files that it needs, by their names, the arguments, and standard input.

    `own` is the argument that names the input's own file or folder, where the command takes any number of such.
    """

    files: dict[str, bytes]
    arguments: tuple[str, ...]
    own: str = ""
    stdin: bytes = b""


def _load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _record(trial: str) -> dict[str, Any]:
    status = {"lastUpdatePostDateStruct": {"date": "2025-01-01"}}
    design = {"eligibilityCriteria": CRITERIA, "sex": "ALL", "minimumAge": "18 Years", "maximumAge": "65 Years"}
    names = {"nctId": trial, "briefTitle": "t"}
    groups = {"armGroups": [{"label": "Arm A"}, {"label": "Arm B"}]}
    parts = {"identificationModule": names, "statusModule": status, "eligibilityModule": design}
    return {"protocolSection": {**parts, "armsInterventionsModule": groups}}


def _xml(trial: str) -> str:
    return (
        f"<clinical_study><id_info><nct_id>{trial}</nct_id></id_info><brief_title>t</brief_title>\n"
        f"<eligibility><criteria><textblock>{CRITERIA}</textblock></criteria><gender>All</gender>\n"
        "<minimum_age>18 Years</minimum_age></eligibility></clinical_study>"
    )


NATIVE = [_load(path) for path in sorted(EXAMPLES.glob("*.json"))] + [_load(EXAMPLES / "formats" / "native.json")]
FHIR = _load(EXAMPLES / "formats" / "bundle.json")
LONG, WIDE, WIDE_MAPPING = (
    (EXAMPLES / "formats" / n).read_text("utf-8") for n in ("long.csv", "wide.csv", "wide.yaml")
)
SITE = (EXAMPLES / "site.yaml").read_text("utf-8")
RULES = [
    path.read_text("utf-8")
    for folder in PLACES.values()
    for path in sorted(folder.glob("*.yaml"))
    if not path.name.endswith(".cases.yaml") and path.stat().st_size < 6000
]
CASE_FILE = (
    "trial: NCT00000001\ncases:\n- case: one\n  patient: {as_of: 2026-11-20, labs: {PLT: 18 x10^9/L}}\n  open: [I1]\n"
)
PAGES = [path.read_text("utf-8") for path in sorted((CASES / "document").glob("*.txt"))]
LINES = [line for page in PAGES for line in page.split("\n") if 10 < len(line) < 300] or [CRITERIA]
PATIENT = (EXAMPLES / "low_platelets.json").read_bytes()
OPTIONS = (
    *("--json", "--brief", "--outlook", "--lenient", "--as-of", "--max-age", "--margin", "--trial", "--why", "--only"),
    *("--assume-absent", "--processes", "--format", "--max-size", "--id-by", "--site", "--mapping", "--rules"),
    *("--help", "--jsonl", "--stats", "--each", "--all", "--yaml", "--check", "--html", "--record", "--verify"),
    *("--patients", "--to", "--variable", "--coverage", "--kind", "--identifiers", "--reviewed-only", "--version"),
)
COMMANDS = (
    *("screen", "audit", "next", "patient", "parse", "import", "check", "fmt", "diff", "test", "cases", "explain"),
    *("convert", "variables", "schema"),
)
MORE = (
    *((), ("--json",), ("--json", "--brief"), ("--json", "--brief"), ("--json", "--outlook"), ("--json", "--lenient")),
    *(("--json", "--assume-absent", "conditions"), ("--margin", "5%"), ("--json", "--as-of", "2026-11-25")),
)
_PLANTED = 0.1  # of the records have the planted value in the place of every number


def _screened(chance: random.Random, name: str, content: bytes, *more: str) -> Input:
    """A call that takes patients; mostly one that takes many of them."""
    command = chance.choices(("screen", "next", "patient", "audit"), (90, 6, 2, 2))[0]
    rules = () if command == "patient" else ("--rules", "@rules")
    extra = chance.choice(MORE) if command == "screen" else chance.choice(((), ("--json",)))
    own = name if command in ("screen", "next") else ""
    return Input({name: content}, (command, name, *rules, *more, *extra), own)


def _seed(chance: random.Random, seed: Any) -> Any:
    return mutate.planted(seed) if chance.random() < _PLANTED else seed


def native(chance: random.Random) -> Input:
    """A record of our own."""
    return _screened(chance, "x.json", as_json(chance, _seed(chance, chance.choice(NATIVE))))


def fhir(chance: random.Random) -> Input:
    """A Bundle, or its resources one a line."""
    seed = _seed(chance, FHIR)
    if chance.random() < 0.6:
        return _screened(chance, "x.json", as_json(chance, seed))
    lines = [json.dumps(entry["resource"]).encode() for entry in seed["entry"]]
    at = chance.randrange(len(lines))
    lines[at] = as_json(chance, seed["entry"][at]["resource"])
    return _screened(chance, "x.ndjson", b"\n".join(lines))


def table(chance: random.Random) -> Input:
    """A table with a row per value."""
    how = text if chance.random() < 0.5 else mutate.table
    return _screened(chance, "x.csv", as_bytes(chance, how(chance, LONG)))


def mapped(chance: random.Random) -> Input:
    """A table with a row per patient; now and then its mapping is wrong instead."""
    if chance.random() < 0.75:
        how = text if chance.random() < 0.5 else mutate.table
        made = _screened(chance, "x.csv", as_bytes(chance, how(chance, WIDE)), "--mapping", "m.yaml")
        return made._replace(files={**made.files, "m.yaml": WIDE_MAPPING.encode()})
    made = _screened(chance, "x.csv", WIDE.encode(), "--mapping", "m.yaml")
    return made._replace(files={**made.files, "m.yaml": _yaml(chance, WIDE_MAPPING)}, own="")


def _yaml(chance: random.Random, seed: str) -> bytes:
    """A YAML file with slips in its text or in its data."""
    if chance.random() < 0.5:
        return as_bytes(chance, text(chance, seed))
    return as_bytes(chance, mutate.as_yaml(chance, yaml.load(seed, _TEXTS)))


_TEXTS: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar is a text, as it is written


def site(chance: random.Random) -> Input:
    """A site's profile."""
    files = {"site.yaml": _yaml(chance, SITE), "x.json": PATIENT}
    return Input(files, ("screen", "x.json", "--rules", "@rules", "--site", "site.yaml", *chance.choice(MORE)))


def rules(chance: random.Random) -> Input:
    """A rule set, mostly for a command that takes many of them."""
    files = {"r/NCT1.yaml": _yaml(chance, chance.choice(RULES))}
    how = chance.randrange(100)
    if how < 90:
        call = (("check", "r"), ("check", "r", "--json"), ("fmt", "--check", "r"))[how % 3]
        return Input(files, call, "r")
    if how < 95:
        screened = ("screen", "x.json", "--rules", "r", "--json")
        return Input({**files, "x.json": PATIENT}, screened)
    return Input(files, (("explain", "NCT1", "--rules", "r"), ("cases", "r/NCT1.yaml"))[how % 2])


def cases(chance: random.Random) -> Input:
    """Cases beside a rule set."""
    made = {"r/NCT1.yaml": RULES[0].encode(), "r/NCT1.cases.yaml": _yaml(chance, CASE_FILE)}
    return Input(made, ("test", "r", *chance.choice(((), ("--json",)))), "r")


def registry(chance: random.Random) -> Input:
    """A record of a registry, as JSON, XML or in a zip."""
    trial = f"NCT{chance.randrange(10**8):08}"
    how = chance.randrange(3)
    if how == 0:
        return Input({"t.json": as_json(chance, _record(trial))}, ("import", "t.json", "--rules", "out"), "t.json")
    if how == 1:
        call = ("import", "t.xml", "--rules", "out", "--json")
        return Input({"t.xml": as_bytes(chance, text(chance, _xml(trial)))}, call, "t.xml")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(2):
            archive.writestr(f"{i}.json", json.dumps(_record(f"{trial[:-1]}{i}")))
    raw = bytearray(packed.getvalue())
    for _ in range(chance.randrange(1, 6)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return Input({"t.zip": bytes(raw)}, ("import", "t.zip", "--rules", "out"), "t.zip")


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCX = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    ),
    "word/document.xml": (
        f'<w:document xmlns:w="{_WORD}"><w:body>'
        + "".join(
            '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
            f"<w:r><w:t>{line.replace('<', '&lt;')}</w:t></w:r></w:p>"
            for line in CRITERIA.split("\n")
        )
        + "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>INR</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
    ),
}
_PAGE = " ".join(f"({line}) Tj 0 -14 Td" for line in CRITERIA.replace("(", "").replace(")", "").split("\n"))
PDF = (
    "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    "2 0 obj\n<< /Type /Pages /Kids [4 0 R] /Count 1 >>\nendobj\n"
    "3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n"
    "4 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
    "/Resources << /Font << /F1 3 0 R >> >> >>\nendobj\n"
    f"5 0 obj\n<< /Length {len(_PAGE) + 38} >>\nstream\nBT /F1 10 Tf 50 800 Td {_PAGE} ET\nendstream\nendobj\n"
    "xref\n0 6\ntrailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"  # its places are made anew by a reader
)


def protocol(chance: random.Random) -> Input:
    """A protocol as a Word document or a PDF, with slips in its parts or in its bytes."""
    trial = ("--rules", "out", "--trial", f"NCT{chance.randrange(10**8):08}")
    if chance.random() < 0.5:
        return Input({"t.pdf": as_bytes(chance, text(chance, PDF))}, ("import", "t.pdf", *trial))
    parts = {name: part.encode() for name, part in DOCX.items()}
    name = chance.choice((*parts, "word/document.xml"))
    parts[name] = as_bytes(chance, text(chance, DOCX[name]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    raw = bytearray(packed.getvalue())
    for _ in range(chance.choice((0, 0, 1, 5))):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return Input({"t.docx": bytes(raw)}, ("import", "t.docx", *trial))


def page(chance: random.Random) -> Input:
    """A pasted page."""
    content = as_bytes(chance, text(chance, chance.choice(PAGES)))
    how = chance.randrange(10)
    if how < 6:
        return Input({"p.txt": content}, ("parse", "--stats", "p.txt", *((), ("--json",))[how % 2]), "p.txt")
    if how < 8:
        content = f"NCT{chance.randrange(10**8):08}\n\n".encode() + content
        return Input({"p.txt": content}, ("import", "p.txt", "--rules", "out"), "p.txt")
    call = (("parse", "p.txt", "--json"), ("parse", "-", "--json"))[how % 2]
    return Input({}, call, stdin=content) if "-" in call else Input({"p.txt": content}, call)


def lines(chance: random.Random) -> Input:
    """A line of JSON with a sentence."""
    row = {"id": chance.randrange(100), "section": chance.choice(("inclusion", "exclusion"))}
    line = json.dumps({**row, "text": text(chance, chance.choice(LINES))})
    line = line if chance.random() < 0.8 else text(chance, line)
    return Input({"l.jsonl": as_bytes(chance, line)}, ("parse", "--jsonl", "l.jsonl"), "l.jsonl")


def arguments(chance: random.Random) -> Input:
    """Arguments of all kinds, in any order."""
    words = [
        chance.choice(COMMANDS),
        *chance.choices((*OPTIONS, *WORDS, "x.json", "@rules", "NCT00000001", "-"), k=chance.randrange(5)),
    ]
    stdin = chance.choice((b"", PATIENT, CRITERIA.encode()))
    return Input({"x.json": PATIENT}, tuple(word.replace("\x00", "") for word in words), stdin=stdin)


# Each kind with its share of all inputs.
SHARES: dict[Callable[[random.Random], Input], int] = {
    native: 24,
    fhir: 14,
    table: 12,
    mapped: 8,
    site: 3,
    rules: 6,
    cases: 6,
    registry: 7,
    protocol: 2,
    page: 5,
    lines: 12,
    arguments: 3,
}
KINDS: dict[str, Callable[[random.Random], Input]] = {made.__name__: made for made in SHARES}


def _turns(kinds: Sequence[str]) -> list[str]:
    """The kinds, each as often as its share says, mixed by fixed luck."""
    shares = {made.__name__: share for made, share in SHARES.items()}
    turns = [kind for kind in kinds for _ in range(shares[kind])]
    random.Random(0).shuffle(turns)
    return turns


def inputs(numbers: Sequence[int], seed: int, kinds: Sequence[str] = tuple(KINDS)) -> Iterator[tuple[int, str, Input]]:
    """The inputs of these numbers, with their kinds; each hangs on the seed and its own number alone."""
    turns = _turns(kinds)
    for number in numbers:
        kind = turns[number % len(turns)]
        yield number, kind, KINDS[kind](random.Random(f"{seed}/{number}/{kind}"))
