"""A clinic's night: screen a folder, keep the matrix of patients and trials, and say what is new since the last night.

    python nightly.py INBOX OUT DAY [OPTION ...]

The options after the day go to `eligo screen` (`--rules`, `--site`, `--mapping` ...). In OUT it writes matrix-DAY.csv,
matrix.html with what is new marked, and log.txt, which names places and problems and holds no value of a patient.
The exit code is that of `eligo screen`: 0 somebody is eligible, 3 nobody can be, 4 some may be; 10 more where a part
of the inbox was refused; 1 where nothing could be screened.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path

Matrix = dict[str, dict[str, str]]  # the verdict of each trial, by patient
NO_PATIENT = "-"


def screen(inbox: str, options: list[str]) -> tuple[Matrix, list[str], int]:
    """The verdicts, the problems in a line each, and the exit code."""
    command = [sys.executable, "-m", "eligo", "screen", inbox, "--brief", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    matrix = {
        found["patient"]: {trial["trial"]: trial["verdict"] for trial in found["trials"]}
        for found in map(json.loads, done.stdout.splitlines())
    }
    return matrix, list(problems(done.stderr.splitlines())), done.returncode


def problems(lines: Iterable[str]) -> Iterable[str]:
    """What eligo says beside the verdicts; a problem names its place, and never a value."""
    for line in lines:
        said = json.loads(line) if line.startswith("{") else {"message": line}
        if "summary" in said:
            yield ", ".join(f"{name} {count}" for name, count in said["summary"].items())
        else:
            place = ":".join(str(part) for part in said.get("place", {}).values())
            yield f"{place} {said.get('severity', '')} {said.get('code', '')} {said['message']}".strip()


def read(file: Path) -> Matrix:
    """A matrix of an earlier night."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {row.pop("patient"): row for row in csv.DictReader(lines)}


def write_csv(file: Path, matrix: Matrix, trials: list[str]) -> None:
    """A row for each patient, a column for each trial."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(["patient", *trials])
        table.writerows([patient, *(row.get(t, NO_PATIENT) for t in trials)] for patient, row in matrix.items())


def write_page(file: Path, matrix: Matrix, trials: list[str], new: set[tuple[str, str]], day: str) -> None:
    """The same as a page; what is new stands out, and says so in a word."""
    head = "".join(f'<th scope="col">{escape(trial)}</th>' for trial in trials)
    rows = []
    for patient, row in matrix.items():
        cells = ""
        for trial in trials:
            word = escape(row.get(trial, NO_PATIENT).lower())
            cells += f"<td><b>{word}, new</b></td>" if (patient, trial) in new else f"<td>{word}</td>"
        rows.append(f'<tr><th scope="row">{escape(patient)}</th>{cells}</tr>')
    style = "table{border-collapse:collapse}td,th{border:1px solid;padding:.2em .5em;text-align:left}"
    page = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Screening of {day}</title><style>{style}</style>
<h1>Screening of {day}</h1>
<table><thead><tr><th scope="col">patient</th>{head}</tr></thead>
<tbody>{"".join(rows)}</tbody></table></html>
"""
    file.write_text(page, encoding="utf-8")


def main(inbox: str, out: str, day: str, *options: str) -> int:
    """Do one night."""
    folder = Path(out)
    folder.mkdir(exist_ok=True)
    earlier = sorted(file for file in folder.glob("matrix-*.csv") if file.stem < f"matrix-{day}")
    before = read(earlier[-1]) if earlier else {}
    matrix, told, code = screen(inbox, list(options))
    trials = sorted({trial for row in matrix.values() for trial in row})
    changed = [
        (patient, trial, before.get(patient, {}).get(trial, NO_PATIENT), verdict)
        for patient, row in matrix.items()
        for trial, verdict in row.items()
        if before.get(patient, {}).get(trial) != verdict
    ]
    write_csv(folder / f"matrix-{day}.csv", matrix, trials)
    write_page(folder / "matrix.html", matrix, trials, {(p, t) for p, t, *_ in changed if before}, day)
    with (folder / "log.txt").open("a", encoding="utf-8") as log:
        log.writelines(f"{day} {line}\n" for line in [*told, f"exit code {code}"])
    for patient, trial, was, verdict in changed if before else ():
        print(f"{patient}  {trial}  {was} -> {verdict}")
    print(f"patients {len(matrix)}, trials {len(trials)}, {len(changed) if before else 'all'} new")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
