"""Twice the input, how many times the seconds: `python -m bench.scale [--only KIND] [--times N]`.

Each kind makes an input of a size and of twice that size, and gives it to a whole `eligo`. Printed are the processor's
seconds and the most memory of both, and the ratio of the seconds, which may be 2.5 at most.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
RULES = str(ROOT / "tests" / "cases" / "doors" / "rules")
PATIENT = str(ROOT / "patients_examples" / "low_platelets.json")
MOST, DAY = 2.5, "2026-11-20"
CRITERIA = "Inclusion Criteria:\n\n* Age 18-65 years\n"


class Kind(NamedTuple):
    """The smaller size, and what makes an input of a size in a folder: it gives the arguments, `-` is `stdin`."""

    size: int
    make: Callable[[Path, int], tuple[str, ...]]


class Used(NamedTuple):
    """Exit code, seconds of the processor, megabytes."""

    code: int
    seconds: float
    megabytes: float


def _record(folder: Path, data: dict[str, Any], *more: str) -> tuple[str, ...]:
    (folder / "x.json").write_text(json.dumps({"as_of": DAY, **data}), "utf-8")
    return ("screen", "x.json", "--rules", RULES, "--json", *more)


def _result(number: int) -> dict[str, Any]:
    day = f"20{10 + number % 16}-{1 + number % 12:02}-{1 + number % 28:02}"
    return {"variable": "PLT", "value": 10 + number % 200, "unit": "10*9/L", "date": day}


def _unknown(folder: Path, size: int) -> tuple[str, ...]:
    return _record(folder, {f"key{i}": i for i in range(size)})


def _unknown_names(folder: Path, size: int) -> tuple[str, ...]:
    values = [{**_result(i), "variable": f"key{i}"} for i in range(size)]
    return _record(folder, {"observations": values, "conditions": [{"concept": f"word{i}"} for i in range(size)]})


def _native(folder: Path, size: int) -> tuple[str, ...]:
    return _record(folder, {"observations": [_result(i) for i in range(size)]})


def _same_day(folder: Path, size: int) -> tuple[str, ...]:
    values = [{**_result(0), "value": 10 + i / 100, "date": "2026-11-19"} for i in range(size)]
    return _record(folder, {"observations": values}, "--outlook")


def _fhir(folder: Path, size: int) -> tuple[str, ...]:
    found: list[dict[str, Any]] = [{"resourceType": "Patient", "id": "p", "birthDate": "1970-01-01"}]
    for i in range(size):
        value = _result(i)
        found.append({"resourceType": "Observation", "id": f"o{i}", "status": "final"})
        found[-1] |= {"subject": {"reference": "Patient/p"}, "effectiveDateTime": value["date"]}
        found[-1]["code"] = {"coding": [{"system": "http://loinc.org", "code": "777-3"}]}
        found[-1]["valueQuantity"] = {"value": value["value"], "unit": "10*9/L"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in found]}
    (folder / "x.json").write_text(json.dumps(bundle), "utf-8")
    return ("screen", "x.json", "--rules", RULES, "--json", "--as-of", DAY)


def _table(folder: Path, size: int) -> tuple[str, ...]:
    header = (ROOT / "patients_examples" / "formats" / "long.csv").read_text("utf-8").partition("\n")[0]
    names = header.split(",")
    rows = ({"patient": "p", "patient_id": "p", "as_of": DAY, **_result(i)} for i in range(size))
    lines = [",".join(str(row.get(name, "")) for name in names) for row in rows]
    (folder / "x.csv").write_text("\n".join([header, *lines, ""]), "utf-8")
    return ("screen", "x.csv", "--rules", RULES, "--json", "--as-of", DAY)


def _page(folder: Path, size: int) -> tuple[str, ...]:
    lines = [f"* Platelets below {20 + i % 97} x 10^9/L\n" for i in range(size)]
    (folder / "x.txt").write_text("Inclusion Criteria:\n\n" + "".join(lines), "utf-8")
    return ("parse", "x.txt", "--json")


def _imported_page(folder: Path, size: int) -> tuple[str, ...]:
    _page(folder, size)
    return ("import", "x.txt", "--rules", "out", "--trial", "NCT00000001")


def _zip(folder: Path, size: int) -> tuple[str, ...]:
    """One part of so many megabytes of blanks, which the limit has to stop."""
    packed = zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED)
    with packed, packed.open("a.txt", "w", force_zip64=True) as part:
        for _ in range(size):
            part.write(b" " * 2**20)
    return ("import", "x.zip", "--rules", "out")


def _registry_json(folder: Path, size: int) -> tuple[str, ...]:
    names, design = {"nctId": "NCT00000009", "briefTitle": "t"}, {"eligibilityCriteria": CRITERIA}
    more = [{"a": "b" * 80, "n": i} for i in range(size * 10_000)]
    section = {"identificationModule": names, "eligibilityModule": design}
    (folder / "x.json").write_text(json.dumps({"protocolSection": section, "resultsSection": more}), "utf-8")
    return ("import", "x.json", "--rules", "out", "--max-size", "200")


def _registry_xml(folder: Path, size: int) -> tuple[str, ...]:
    head = "<clinical_study><id_info><nct_id>NCT00000008</nct_id></id_info><brief_title>t</brief_title>"
    text = f"<eligibility><criteria><textblock>{CRITERIA}</textblock></criteria></eligibility>"
    more = "".join(f"<a><b>{'c' * 80}</b><n>{i}</n></a>" for i in range(size * 9_000))
    (folder / "x.xml").write_text(f"{head}{text}{more}</clinical_study>", "utf-8")
    return ("import", "x.xml", "--rules", "out", "--max-size", "200")


def _stdin(folder: Path, size: int) -> tuple[str, ...]:
    with (folder / "stdin").open("wb") as file:
        file.truncate(size * 2**20)
    return ("screen", "-", "--rules", RULES, "--max-size", "8")


def _rules(folder: Path, size: int) -> None:
    """Rule sets like those that come with eligo, each with an id and limits of its own."""
    shipped = [p.read_text("utf-8") for p in sorted((ROOT / "rules").glob("*.yaml")) if ".cases" not in p.name]
    for i in range(size):
        text = re.sub(r"^trial: \S+", f"trial: NCT{i:08}", shipped[i % len(shipped)], count=1, flags=re.MULTILINE)
        text = re.sub(r"\blt: (\d+)\b", lambda found, i=i: f"lt: {int(found[1]) + i % 7}", text)  # type: ignore[misc]
        (folder / f"NCT{i:08}.yaml").write_text(text, "utf-8")


def _screened_rules(folder: Path, size: int) -> tuple[str, ...]:
    _rules(folder, size)
    return ("screen", PATIENT, "--rules", ".", "--json", "--brief")


def _checked_rules(folder: Path, size: int) -> tuple[str, ...]:
    _rules(folder, size)
    return ("check", ".")


KINDS = {
    "unknown keys": Kind(20_000, _unknown),
    "unknown names": Kind(20_000, _unknown_names),
    "results, native": Kind(100_000, _native),
    "results, FHIR": Kind(100_000, _fhir),
    "results, table": Kind(100_000, _table),
    "same-day values": Kind(2_000, _same_day),
    "lines of a page, parsed": Kind(10_000, _page),
    "lines of a page, imported": Kind(1_000, _imported_page),
    "blanks in a zip, MB": Kind(1_100, _zip),
    "registry record as JSON, MB": Kind(50, _registry_json),
    "registry record as XML, MB": Kind(50, _registry_xml),
    "standard input, MB": Kind(1_000, _stdin),
    "rule sets, screened": Kind(1_000, _screened_rules),
    "rule sets, checked": Kind(1_000, _checked_rules),
}


def used(kind: Kind, size: int) -> Used:
    """What a whole `eligo` takes for an input of a size, with a cache that holds the vocabulary and nothing of it."""
    with tempfile.TemporaryDirectory() as name:
        cache, first, folder = (Path(name) / part for part in ("cache", "first", "input"))
        _run(kind, 1, first, cache)
        return _run(kind, size, folder, cache)


def _run(kind: Kind, size: int, folder: Path, cache: Path) -> Used:
    folder.mkdir()
    # In a process of its own, as the system counts to a new process what the one that begins it has ever held.
    with ProcessPoolExecutor(1) as maker:
        arguments = maker.submit(kind.make, folder, size).result()
    search = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    given = folder / "stdin" if (folder / "stdin").exists() else Path(os.devnull)
    with given.open("rb") as stdin:
        process = subprocess.Popen(
            [sys.executable, "-m", "eligo", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": search, "ELIGO_CACHE": str(cache)},
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, taken = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Used(process.returncode, taken.ru_utime + taken.ru_stime, taken.ru_maxrss / 1024)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where a ratio is above what it may be, or a run does not end as both should."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--only", action="append", choices=KINDS, metavar="KIND", help="this kind only; repeatable")
    parser.add_argument("--times", type=float, default=1.0, metavar="N", help="so many times the sizes (0.1)")
    args = parser.parse_args(argv)
    failed = False
    for name in args.only or KINDS:
        size = int(KINDS[name].size * args.times)
        once, twice = used(KINDS[name], size), used(KINDS[name], 2 * size)
        ratio = twice.seconds / once.seconds
        bad = ratio > MOST or once.code != twice.code or once.code not in (0, 1, 3, 4, 5)
        failed |= bad
        figures = f"{once.seconds:6.1f} s {twice.seconds:6.1f} s {once.megabytes:5.0f} MB {twice.megabytes:5.0f} MB"
        print(f"{name:28} {size:7} {2 * size:7} {figures}  x {ratio:.2f}{'  MISSED' if bad else ''}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
