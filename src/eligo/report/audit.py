"""A trial of a screening in, its audit for a terminal out: the answer, what blocks, what is open, and the rest folded.

Each criterion has a mark that says what it does without colour; one that passes on an assumption has a hollow one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Literal

from eligo.namedtuple import NamedTuple
from eligo.report.actions import ACTIONS, for_finding
from eligo.report.ahead import ahead_lines
from eligo.report.display import criterion, with_names
from eligo.report.measures import Data
from eligo.report.terminal import Terminal, clean, wrap, wrap_marked
from eligo.report.text import COLOUR, NEAR_MISS, arm_lines, drafts, header, warning_lines
from eligo.report.why import reason
from eligo.report.words import blocking, deciding, evidence_line, headline, spans

Only = Literal["blocks", "open", "assumed", "all"]
ONLY: tuple[Only, ...] = ("blocks", "open", "assumed", "all")
MARK = {"blocks": "\u25a0", "open": "\u25c7", "passes": "\u25cf", "assumed": "\u25cb"}
_INDENT = " " * 4
_TITLE = {
    "blocks": "blocks",
    "arm_blocks": "blocks one arm alone",
    "open": "open",
    "assumed": "passes on an assumption",
    "passes": "passes",
    "other": "open, but of no weight beside what blocks or passes",
}


class _Sorted(NamedTuple):
    """The findings of a trial, by what they do to its verdict; each stands in just one list."""

    blocks: list[Data]
    arm_blocks: list[Data]
    open: list[Data]
    assumed: list[Data]
    passes: list[Data]
    other: list[Data]


def audit_lines(screening: Data, terminal: Terminal, only: Only | None = None, full: bool = False) -> Iterator[str]:
    """Each trial of the screening: its answer, then what blocks and what is open, or what `only` asks for.

    `full` shows with each criterion what does not decide it too, as `all` does.
    """
    yield from header(screening, terminal)
    for trial in screening["trials"]:
        yield ""
        yield from _answer(trial, terminal)
        found = sorted_findings(trial)
        shown = _shown(found, only)
        for part, findings in shown.items():
            yield from _section(part, findings, terminal, full or only == "all")
        yield from _rest(found, shown, terminal)
        if only in (None, "all"):
            yield from ahead_lines(trial.get("outlook", {}), terminal)
    yield from warning_lines(screening, terminal)


def _answer(trial: Data, terminal: Terminal) -> Iterator[str]:
    """Verdict and title, the reason in a sentence, each arm, the notes of the rules."""
    start = f"{clean(trial['trial'])}  {trial['verdict']}"
    lines = wrap(trial["title"], terminal.width, f"{start}  ", "  ")
    yield lines[0].replace(trial["verdict"], terminal.paint(trial["verdict"], COLOUR[trial["verdict"]], "bold"), 1)
    yield from lines[1:]
    yield from wrap(f"{NEAR_MISS * ('near' in trial)}{reason(trial)}.", terminal.width, "  ", "  ")
    yield from arm_lines(trial, 0, terminal)
    ids = [finding["id"] for finding in trial["criteria"]]
    for note in filter(None, (drafts(trial), *trial.get("notes", ()))):
        yield from wrap(with_names(note, ids), terminal.width, "  note: ", "        ")


def sorted_findings(trial: Data) -> _Sorted:
    """The findings of a trial, by what they do to its verdict."""
    found = _Sorted([], [], [], [], [], [])
    for finding in trial["criteria"]:
        bearing = finding["bearing"]
        if bearing == "blocks":
            (found.blocks if finding["id"] in trial["blocks"] else found.arm_blocks).append(finding)
        elif bearing == "open":
            (found.open if finding["id"] in trial["open"] else found.other).append(finding)
        else:
            (found.assumed if finding.get("assumed") else found.passes).append(finding)
    found.open.sort(key=lambda finding: list(ACTIONS).index(for_finding(finding)))
    return found


def _shown(found: _Sorted, only: Only | None) -> dict[str, list[Data]]:
    parts = {
        None: ("blocks", "arm_blocks", "open"),
        "blocks": ("blocks", "arm_blocks"),
        "open": ("open", "other"),
        "assumed": ("assumed",),
        "all": found._fields,
    }[only]
    always = frozenset({only, *(("blocks", "open") if only in (None, "all") else ())})
    return {part: getattr(found, part) for part in parts if getattr(found, part) or part in always}


def _section(part: str, findings: list[Data], terminal: Terminal, full: bool) -> Iterator[str]:
    """The criteria of one kind; what is open by what a person does about it."""
    yield ""
    bearing = {"arm_blocks": "blocks", "assumed": "passes", "other": "open"}.get(part, part)
    yield f"{terminal.paint(_TITLE[part], COLOUR[bearing], 'bold')}: {len(findings) or 'nothing'}"
    groups: Iterable[tuple[str, Iterable[Data]]] = (("", findings),)
    if part == "open":
        groups = itertools.groupby(findings, key=lambda finding: ACTIONS[for_finding(finding)])
    for title, members in groups:
        if title:
            yield ""
            yield f"  {terminal.paint(title, 'bold')}"
        for finding in members:
            yield ""
            yield from finding_lines(finding, terminal, full)


def _rest(found: _Sorted, shown: Data, terminal: Terminal) -> Iterator[str]:
    """How many criteria are not shown, by kind."""
    counts = [
        f"{MARK.get(part, MARK['blocks' if part == 'arm_blocks' else 'open'])} {_TITLE[part]} {len(findings)}"
        for part, findings in found._asdict().items()
        if findings and part not in shown
    ]
    if counts:
        yield ""
        yield from wrap(f"{'; '.join(counts)} (--only all shows them)", terminal.width, "not shown: ", "  ")


def finding_lines(finding: Data, terminal: Terminal, full: bool) -> Iterator[str]:
    """One criterion: truth and bearing, the sentence with its deciding words underlined, and the evidence.

    A blocker shows as few parts as are enough for it; with `full` all that decides, and what the record says besides.
    """
    bearing = finding["bearing"]
    colour = COLOUR[bearing]
    mark = MARK["assumed" if bearing == "passes" and finding.get("assumed") else bearing]
    named = criterion(clean(finding["id"]))
    title = f"{mark} {named[0].upper()}{named[1:]}: {headline(finding)}"
    for line in wrap(title, terminal.width, "  ", _INDENT):
        yield line.replace(f"\u2192 {bearing}", f"\u2192 {terminal.paint(bearing, colour, 'bold')}")
    for line, under in wrap_marked(finding["text"], spans(finding), terminal.width, _INDENT, _INDENT):
        yield line
        if under:
            yield terminal.paint(under, colour)
    decides = deciding(finding) if full or bearing != "blocks" else blocking(finding)
    for evidence in decides:
        yield from wrap(evidence_line(evidence), terminal.width, _INDENT, f"{_INDENT}  ")
    if not full:
        return
    for evidence in finding["evidence"]:
        if not evidence["decides"] and evidence.keys() & {"value", "facts", "parts"}:
            for line in wrap(f"also: {evidence_line(evidence)}", terminal.width, _INDENT, f"{_INDENT}  "):
                yield terminal.paint(line, "dim")
