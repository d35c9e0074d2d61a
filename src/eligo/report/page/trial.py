"""One trial of a screening in, its section of the page out: verdict, what blocks, what is open, outlook, criteria."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.report.audit import sorted_findings
from eligo.report.measures import Data
from eligo.report.outlook_words import holds_until
from eligo.report.page import outlook
from eligo.report.page.finding import article
from eligo.report.page.markup import anchor, text
from eligo.report.page.strip import arms, kind, sentence_of, verdict


def section(trial: Data, sex: str | None, full: bool) -> Iterator[str]:
    """Everything about one trial."""
    name = anchor(trial["trial"])
    yield f'<section class="trial {kind(trial)}" id="{name}" aria-labelledby="{name}-head">'
    yield '<div class="start">'
    yield f'<h2 id="{name}-head"><span class="id">{text(trial["trial"])}</span> {text(trial["title"])}</h2>'
    yield f'<p class="verdict">{verdict(trial)}{_until(trial)}</p>'
    if trial.get("arms"):
        yield from arms(trial)
    yield "</div>"
    yield f'<p class="reason">{text(sentence_of(trial))}</p>'
    yield from _criteria(trial, sex, full)
    yield from outlook.sections(trial)
    yield f'<p class="rules">Rules of {text(trial["trial"])}, SHA-256 {text(trial["rules_sha256"] or "not known")}.</p>'
    yield '<p class="up"><a href="#verdicts">All verdicts</a></p>'
    yield "</section>"


def _until(trial: Data) -> str:
    expiry = trial.get("outlook", {}).get("expiry")
    return f' <span class="until">{text(holds_until(expiry))}</span>' if expiry else ""


def _criteria(trial: Data, sex: str | None, full: bool) -> Iterator[str]:
    """What blocks, what is open by what a person does, and what passes: folded, each to a line."""
    if not trial["criteria"]:
        return
    found = sorted_findings(trial)
    groups = (
        ("Blocks", found.blocks),
        ("Blocks one arm alone", found.arm_blocks),
        ("Open", found.open),
        ("Open, but of no weight beside what blocks or passes", found.other),
        ("Passes", sorted([*found.passes, *found.assumed], key=trial["criteria"].index)),
    )
    for title, findings in groups:
        if not findings:
            continue
        assumed = f", {len(found.assumed)} of them assumed" if title == "Passes" and found.assumed else ""
        yield f'<h3 class="all">{title}: {len(findings)}{assumed}</h3>'
        for finding in findings:
            yield from article(trial["trial"], finding, sex, 4, full)
