"""What to find out next as data in, lines for a terminal out: for one patient, or the union for a list of patients."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.report.display import concept_name, criterion
from eligo.report.measures import Data
from eligo.report.names import listed
from eligo.report.outlook_words import answers, asked_by, name_of, question, why, worth
from eligo.report.terminal import Terminal, clean, wrap

MOST_QUESTIONS = 8
MOST_PATIENTS = 6


def next_lines(data: Data, terminal: Terminal, all_questions: bool = False) -> Iterator[str]:
    """A patient's questions, the most worth first, each with what its answers would do to every trial."""
    trials = data["undetermined"]
    about = f"undetermined: {listed(trials)}" if trials else "nothing is open in any trial"
    head = f"{clean(data['patient'])}   as of {data['as_of']}"
    yield from (terminal.paint(line, "bold") for line in wrap(about, terminal.width, f"{head}   ", "  "))
    shown = data["questions"] if all_questions else data["questions"][:MOST_QUESTIONS]
    for place, item in enumerate(shown, 1):
        yield from _question_lines(place, item, terminal)
    if len(data["questions"]) > len(shown):
        yield f"  ... and {len(data['questions']) - len(shown)} more questions (`--all` lists them)"
    if data["attest"]:
        names = ", ".join(f"{concept_name(item['concept'])} ({', '.join(item['trials'])})" for item in data["attest"])
        yield from wrap(names, terminal.width, "  to attest: ", "    ")
    for trial, ids in data["read"].items():
        yield from wrap(f"{trial} {listed(map(criterion, ids))}", terminal.width, "  for a person to read: ", "    ")


def _question_lines(place: int, item: Data, terminal: Terminal) -> Iterator[str]:
    first = item["trials"][0]
    said = worth(item)
    text = f"{question(first)} {said}; {why(first)}"
    for line in wrap(text, terminal.width, f"  {place}. ", "     "):
        # Painted once it is wrapped: a line that is wrapped loses what would steer a terminal.
        yield line.replace(f" {said};", f" {terminal.paint(said, 'bold')};", 1)
    for trial in item["trials"]:
        if "no" == trial["settles"] == trial["settles_but_for_attestations"]:
            continue
        given = f"{asked_by(trial)}: {'; '.join(answers(trial))}"
        yield from wrap(given, terminal.width, f"     {clean(trial['trial'])} ", " " * 7)


def list_lines(data: Data, terminal: Terminal) -> Iterator[str]:
    """The union for a list of patients: one line a question."""
    yield terminal.paint(f"{data['patients']} patients, {data['undetermined']} with an undetermined trial", "bold")
    for place, item in enumerate(data["questions"][: 2 * MOST_QUESTIONS], 1):
        patients = item["patients"]
        more = f" and {len(patients) - MOST_PATIENTS} more" if len(patients) > MOST_PATIENTS else ""
        names = ", ".join(map(clean, patients[:MOST_PATIENTS])) + more
        many = f"{len(patients)} patient{'' if len(patients) == 1 else 's'}"
        text = f"{name_of(item)}: {worth(item)}, for {many} ({names})"
        yield from wrap(text, terminal.width, f"  {place:>2}. ", "      ")
    rest = len(data["questions"]) - 2 * MOST_QUESTIONS
    if rest > 0:
        yield f"  ... and {rest} more questions (`--json` lists them)"
