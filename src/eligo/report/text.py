"""A screening as data in, lines for a terminal out: a summary per patient, or one trial criterion by criterion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from eligo.explain import NO_CRITERIA
from eligo.report.ahead import ahead_lines
from eligo.report.names import Data
from eligo.report.outlook_words import question, worth
from eligo.report.stated import link_name
from eligo.report.terminal import Terminal, clean, columns, wrap, wrap_marked
from eligo.report.words import (
    blocker,
    cohort_title,
    deciding,
    evidence_line,
    headline,
    passing,
    patient_line,
    spans,
    still_open,
)

COLOUR = {
    "ELIGIBLE": "green",
    "INELIGIBLE": "red",
    "UNDETERMINED": "yellow",
    "passes": "green",
    "blocks": "red",
    "open": "yellow",
}
VERDICT_COLUMNS = 12
MOST_BLOCKERS = 4
MOST_QUESTIONS = 3
NEAR_MISS = "near miss: "


def screening_lines(screening: Data, terminal: Terminal) -> Iterator[str]:
    """A patient's header, a line per trial, the nearest to eligible first, and how many there are of each verdict."""
    yield from _header(screening, terminal)
    trials = sorted(screening["trials"], key=nearest_first)
    room = max((columns(trial["trial"]) for trial in trials), default=0)
    for trial in trials:
        yield from _trial_lines(trial, room, terminal)
        narrower = replace(terminal, width=terminal.width - 4)
        yield from (f"    {line}" for line in ahead_lines(trial.get("outlook", {}), narrower))
    counts = screening["counts"]
    if counts["eligible"] + counts["undetermined"] + counts["ineligible"] > 1:
        yield from wrap(_counted(counts), terminal.width, "  ", "  ")
        yield from _next_lines(screening, terminal)


def nearest_first(trial: Data) -> tuple[object, ...]:
    """The key by which trials are sorted.

    First the eligible ones; then the undetermined ones, by how many measurements and facts are open, ties by how much
    else is, and those last whose source states no criteria; then near misses and the other ineligible ones, by how many
    criteria block. Ties go by the trial's id.
    """
    if trial["verdict"] == "UNDETERMINED":
        found = {finding["id"]: finding for finding in trial["criteria"]}
        known, other = _open_parts(found[id_] for id_ in trial["open"])
        stated = bool(trial["open"]) and NO_CRITERIA not in trial.get("notes", ())
        return 1, not stated, known, other, trial["trial"]
    if trial["verdict"] == "INELIGIBLE":
        return 2, "near" not in trial, len(trial["blocks"]), 0, trial["trial"]
    return 0, False, 0, 0, trial["trial"]


def _open_parts(findings: Iterable[Data]) -> tuple[int, int]:
    """How many different measurements and facts are open, and how much else: what to attest and what to read."""
    known, other = set[tuple[str, str]](), set[tuple[str, str]]()
    for finding in findings:
        parts_of = deciding(finding)
        if not parts_of:
            other.add((finding["id"], "answered"))
        for evidence in parts_of:
            if "related" in evidence:
                parts = [part for part in evidence["parts"] if "reason" in part]
                known.update(("concept", part["concept"]) for part in parts[:1])
                other.update([(finding["id"], link_name(evidence))] if not parts else ())
            elif "status" in evidence:
                known.add(("concept", evidence["concept"]))
            elif "concept" in evidence:
                other.add(("concept", evidence["concept"]))
            elif "variable" in evidence:
                known.add(("variable", evidence["variable"]))
            else:
                other.add((finding["id"], str(evidence.get("span"))))
    return len(known), len(other)


def _counted(counts: Data) -> str:
    """How many trials there are of each verdict: "5 trials: 1 eligible, 2 undetermined, 2 ineligible (1 near)"."""
    words = ("eligible", "undetermined", "ineligible")
    near = f" ({counts['near']} near)" if counts["near"] else ""
    return f"{sum(counts[w] for w in words)} trials: {', '.join(f'{counts[w]} {w}' for w in words)}{near}"


def _next_lines(screening: Data, terminal: Terminal) -> Iterator[str]:
    """What to find out next over all trials, as far as it could settle a verdict."""
    for item in [item for item in screening.get("next") or () if item["trials"]][:MOST_QUESTIONS]:
        text = f"{question(item)} {worth(item)} ({', '.join(item['trials'])})"
        yield from wrap(text, terminal.width, "  next: ", "        ")


def _header(screening: Data, terminal: Terminal) -> list[str]:
    lines = wrap(patient_line(screening), terminal.width, f"{clean(screening['patient'])}   ", "  ")
    return [terminal.paint(line, "bold") for line in lines]


def _trial_lines(trial: Data, room: int, terminal: Terminal) -> Iterator[str]:
    counted = passing(trial) if trial["passes"].keys() & {"answered"} or trial["passes"]["assumed"] else ""
    text = "; ".join(filter(None, (summary(trial), counted, drafts(trial))))
    yield from _verdict_lines(f"  {clean(trial['trial']):<{room}}", trial["verdict"], text, terminal)
    if any(finding["bearing"] == "blocks" and finding["cohort"] is None for finding in trial["criteria"]):
        return  # the arms no longer matter
    for arm in trial.get("arms", ()):
        first = f"    arm {clean(arm['id'])}"
        own = {**{key: part for key, part in trial.items() if key != "near"}, **arm, "arms": ()}
        yield from _verdict_lines(f"{first:<{room + 2}}", arm["verdict"], f"{arm['label']}: {summary(own)}", terminal)


def _verdict_lines(first: str, verdict: str, text: str, terminal: Terminal) -> list[str]:
    """A line that starts with name and verdict; on a narrow terminal the text goes below them."""
    start = f"{first}  {verdict:<{VERDICT_COLUMNS}}  "
    below = columns(start) + 30 > terminal.width
    rest = "      " if below else " " * columns(start)
    lines = wrap(text, terminal.width, rest if below else start, rest)
    if below:
        lines.insert(0, start.rstrip())
    lines[0] = lines[0].replace(verdict, terminal.paint(verdict, COLOUR[verdict], "bold"), 1)
    return lines


def drafts(trial: Data) -> str:
    """How many criteria nobody has reviewed; nothing where all are."""
    count = trial.get("drafts", 0)
    return f"{count} of {len(trial['criteria'])} criteria are drafts" if count else ""


def summary(trial: Data) -> str:
    """What blocks, and whether by little; or, where nothing does, what is open."""
    found = {finding["id"]: finding for finding in trial["criteria"]}
    if trial["blocks"]:
        shown = [f"{id_} {blocker(found[id_])}" for id_ in trial["blocks"][:MOST_BLOCKERS]]
        more = len(trial["blocks"]) - len(shown)
        return NEAR_MISS * ("near" in trial) + "; ".join(shown) + (f"; and {more} more" if more else "")
    if trial["open"]:
        return f"nothing blocks; open: {still_open(found[id_] for id_ in trial['open'])}"
    if trial["verdict"] == "UNDETERMINED":
        return NO_CRITERIA
    return "every criterion passes"


def audit_lines(screening: Data, terminal: Terminal) -> Iterator[str]:
    """Each trial of the screening, criterion by criterion, and at the end what blocks and what is open."""
    yield from _header(screening, terminal)
    for number, trial in enumerate(screening["trials"]):
        if number:
            yield ""
        start = f"{clean(trial['trial'])}  {trial['verdict']}"
        lines = wrap(trial["title"], terminal.width, f"{start}  ", "  ")
        yield lines[0].replace(trial["verdict"], terminal.paint(trial["verdict"], COLOUR[trial["verdict"]], "bold"), 1)
        yield from lines[1:]
        for note in filter(None, (drafts(trial), *trial.get("notes", ()))):
            yield from wrap(note, terminal.width, "  note: ", "        ")
        yield from _finding_lines(trial, terminal)
        yield ""
        yield from _conclusion(trial, terminal)
        yield from ahead_lines(trial.get("outlook", {}), terminal)


def _finding_lines(trial: Data, terminal: Terminal) -> Iterator[str]:
    arms = {arm["id"]: arm for arm in trial.get("arms", ())}
    room = max((columns(finding["id"]) for finding in trial["criteria"]), default=0) + 2
    cohort: object = arms  # no cohort yet: any other value gets a heading
    for finding in trial["criteria"]:
        if arms and finding["cohort"] != cohort:
            cohort = finding["cohort"]
            yield ""
            for line in wrap(cohort_title(arms.get(finding["cohort"])), terminal.width):
                yield terminal.paint(line, "bold")
        yield ""
        yield from finding_lines(finding, room, terminal)


def finding_lines(finding: Data, room: int, terminal: Terminal) -> Iterator[str]:
    """One criterion: truth and bearing, the sentence with its deciding words underlined, and the evidence."""
    colour = COLOUR[finding["bearing"]]
    indent = " " * (2 + room)
    bearing = terminal.paint(finding["bearing"], colour, "bold")
    words = headline(finding).replace(f"-> {finding['bearing']}", f"-> {bearing}")
    yield f"  {clean(finding['id']):<{room}}{words}"
    for line, under in wrap_marked(finding["text"], spans(finding), terminal.width, indent, indent):
        yield line
        if under:
            yield terminal.paint(under, colour)
    decides = deciding(finding)
    for evidence in decides:
        yield from wrap(evidence_line(evidence), terminal.width, indent, f"{indent}  ")
    for evidence in finding["evidence"]:
        if not evidence["decides"] and evidence.keys() & {"value", "facts", "parts"}:
            for line in wrap(f"beside it: {evidence_line(evidence)}", terminal.width, indent, f"{indent}  "):
                yield terminal.paint(line, "dim")


def _conclusion(trial: Data, terminal: Terminal) -> Iterator[str]:
    """What blocks and what is open, each criterion with what it takes."""
    found = {finding["id"]: finding for finding in trial["criteria"]}
    room = max((columns(id_) for id_ in (*trial["blocks"], *trial["open"])), default=0) + 2
    for label, ids in (("blocks", trial["blocks"]), ("open", trial["open"])):
        title = terminal.paint(label, COLOUR[label], "bold")
        yield f"{title}: {'nothing' if not ids else len(ids)}"
        for id_ in ids:
            finding = found[id_]
            text = blocker(finding) if label == "blocks" else still_open([finding], all_names=True)
            yield from wrap(text, terminal.width, f"  {clean(id_):<{room}}", " " * (room + 4))
    verdict = trial["verdict"]
    near = ", a near miss" if "near" in trial else ""
    counts = f" ({passing(trial)})" if trial["criteria"] else ""
    yield f"verdict: {terminal.paint(verdict, COLOUR[verdict], 'bold')}{near}{counts}"
