"""A screening as data in, lines for a terminal out: a summary per patient, the answer of each trial first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from eligo.dataclass import replace
from eligo.explain import NO_CRITERIA
from eligo.report.actions import ACTIONS, to_do
from eligo.report.clashes import clash_lines
from eligo.report.display import criterion
from eligo.report.measures import Data
from eligo.report.stated import link_name
from eligo.report.terminal import Terminal, clean, columns, wrap
from eligo.report.why import reason
from eligo.report.words import MOST_NAMES, blocker, deciding, passing, patient_line, still_open

COLOUR = {
    "ELIGIBLE": "green",
    "INELIGIBLE": "red",
    "UNDETERMINED": "yellow",
    "passes": "green",
    "blocks": "red",
    "open": "yellow",
}
RANK = ("ELIGIBLE", "UNDETERMINED", "INELIGIBLE")  # the nearest to eligible first
VERDICT_COLUMNS = 12
MOST_BLOCKERS = 4
MOST_QUESTIONS = 3
NEAR_MISS = "near miss: "


def screening_lines(screening: Data, terminal: Terminal) -> Iterator[str]:
    """A patient's header, a line per trial, the nearest to eligible first, and how many there are of each verdict."""
    yield from header(screening, terminal)
    trials = sorted(screening["trials"], key=nearest_first)
    room = max((columns(trial["trial"]) for trial in trials), default=0)
    for trial in trials:
        yield from _trial_lines(trial, room, terminal)
        if "outlook" in trial:
            from eligo.report.ahead import ahead_lines  # lazily: most screenings do not look ahead

            narrower = replace(terminal, width=terminal.width - 4)
            yield from (f"    {line}" for line in ahead_lines(trial["outlook"], narrower))
    yield from warning_lines(screening, terminal)
    counts = screening["counts"]
    if counts["eligible"] + counts["undetermined"] + counts["ineligible"] > 1:
        yield from wrap(counted(counts), terminal.width, "  ", "  ")
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


def counted(counts: Data) -> str:
    """How many trials there are of each verdict: "5 trials: 1 eligible, 2 undetermined, 2 ineligible (1 near)".

    Those whose source states no criteria are counted apart.
    """
    words = ("eligible", "undetermined", "ineligible")
    near = f" ({counts['near']} near)" if counts["near"] else ""
    bare = counts.get("no_criteria", 0)
    each = [f"{counts[w] - (bare if w == 'undetermined' else 0)} {w}" for w in words]
    apart = [f"{bare} {'states' if bare == 1 else 'state'} no criteria"] if bare else []
    return f"{sum(counts[w] for w in words)} trials: {', '.join(each)}{near}{''.join(f', {a}' for a in apart)}"


def _next_lines(screening: Data, terminal: Terminal) -> Iterator[str]:
    """What to find out next over all trials, as far as it could settle a verdict."""
    found = [item for item in screening.get("next") or () if item["trials"]]
    if not found:
        return
    from eligo.report.outlook_words import question, worth  # lazily, too

    for item in found[:MOST_QUESTIONS]:
        text = f"{question(item)} {worth(item)} ({', '.join(item['trials'])})"
        yield from wrap(text, terminal.width, "  next: ", "        ")


def header(screening: Data, terminal: Terminal) -> list[str]:
    """Whose screening it is, and as of when."""
    lines = wrap(patient_line(screening), terminal.width, f"{clean(screening['patient'])}   ", "  ")
    return [terminal.paint(line, "bold") for line in lines]


def warning_lines(screening: Data, terminal: Terminal) -> Iterator[str]:
    """The scores that are at odds with their own inputs."""
    for said in clash_lines(screening):
        yield from wrap(said, terminal.width, "  warning: ", "    ")


def _trial_lines(trial: Data, room: int, terminal: Terminal) -> Iterator[str]:
    """Verdict and reason in a sentence; below them what blocks, what is open by what a person does, and the rest."""
    start = f"  {clean(trial['trial']):<{room}}"
    text = f"{NEAR_MISS * ('near' in trial)}{reason(trial)}."
    yield from verdict_lines(start, trial["verdict"], text, terminal)
    indent = " " * min(room + 4, 16)
    for title, said in _parts(trial):
        yield from wrap(said, terminal.width, f"{indent}{title}: ", f"{indent}  ")
    if any(finding["bearing"] == "blocks" and finding["cohort"] is None for finding in trial["criteria"]):
        return  # the arms no longer matter
    yield from arm_lines(trial, room, terminal)


def _parts(trial: Data) -> Iterator[tuple[str, str]]:
    """What the sentence leaves out: further blockers; what is open, where nothing blocks; how many pass."""
    found = {finding["id"]: finding for finding in trial["criteria"]}
    if len(trial["blocks"]) > 1:
        yield "blocks", _blockers(trial["blocks"], found)
    if not trial["blocks"]:
        yield from open_parts(found[id_] for id_ in trial["open"])
    if trial["verdict"] == "ELIGIBLE":
        return
    rest = passing(trial) if trial["passes"].keys() & {"answered"} or trial["passes"]["assumed"] else ""
    if said := "; ".join(filter(None, (rest, drafts(trial)))):
        yield "rest", said


def open_parts(findings: Iterable[Data], most: int = MOST_NAMES) -> Iterator[tuple[str, str]]:
    """What is open by what a person does about it: ("ask the patient", "fatigue, pregnancy")."""
    for action, names in to_do(findings).items():
        more = f" and {len(names) - most} more" if len(names) > most else ""
        yield ACTIONS[action].lower(), f"{', '.join(names[:most])}{more}"


def arm_lines(trial: Data, room: int, terminal: Terminal) -> Iterator[str]:
    """Each arm with its own verdict, and what blocks or is open in it."""
    for arm in trial.get("arms", ()):
        first = f"    arm {clean(arm['id'])}"
        own = {**{key: part for key, part in trial.items() if key != "near"}, **arm, "arms": ()}
        text = f"{arm['label']}: {summary(own)}"
        yield from verdict_lines(f"{first:<{room + 2}}", arm["verdict"], text, terminal)


def verdict_lines(first: str, verdict: str, text: str, terminal: Terminal) -> list[str]:
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
        return NEAR_MISS * ("near" in trial) + _blockers(trial["blocks"], found)
    if trial["open"]:
        return f"nothing blocks; open: {still_open(found[id_] for id_ in trial['open'])}"
    if trial["verdict"] == "UNDETERMINED":
        return NO_CRITERIA
    return "every criterion passes"


def _blockers(ids: Sequence[str], found: Data) -> str:
    """The criteria that block, each with why."""
    shown = [f"{criterion(id_)}: {blocker(found[id_])}" for id_ in ids[:MOST_BLOCKERS]]
    more = len(ids) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")
