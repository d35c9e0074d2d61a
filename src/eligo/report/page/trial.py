"""One trial of a screening in, its section of the page out: verdict, what blocks, what is open, outlook, criteria."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eligo.report.display import criterion, with_names
from eligo.report.names import Data
from eligo.report.outlook_words import holds_until
from eligo.report.page import outlook
from eligo.report.page.finding import article
from eligo.report.page.markup import anchor, phrase, text
from eligo.report.page.strip import arms, kind, verdict
from eligo.report.text import drafts
from eligo.report.words import blocker, cohort_title, still_open


def section(trial: Data, sex: str | None) -> Iterator[str]:
    """Everything about one trial."""
    name = anchor(trial["trial"])
    yield f'<section class="trial {kind(trial)}" id="{name}" aria-labelledby="{name}-head">'
    yield '<div class="start">'
    yield f'<h2 id="{name}-head"><span class="id">{text(trial["trial"])}</span> {text(trial["title"])}</h2>'
    yield f'<p class="verdict">{verdict(trial)}{_until(trial)}</p>'
    if trial.get("arms"):
        yield from arms(trial)
    yield "</div>"
    if trial["criteria"]:
        yield from _summary(trial)
    yield from outlook.sections(trial)
    yield from _notes(trial)
    yield from _criteria(trial, sex)
    yield f'<p class="rules">Rules of {text(trial["trial"])}, SHA-256 {text(trial["rules_sha256"] or "not known")}.</p>'
    yield '<p class="up"><a href="#verdicts">All verdicts</a></p>'
    yield "</section>"


def _until(trial: Data) -> str:
    expiry = trial.get("outlook", {}).get("expiry")
    return f' <span class="until">{phrase(holds_until(expiry))}</span>' if expiry else ""


def _summary(trial: Data) -> Iterator[str]:
    found = {finding["id"]: finding for finding in trial["criteria"]}
    yield from _list(trial, "Blocks", ((i, blocker(found[i])) for i in trial["blocks"]))
    opens = ((i, still_open([found[i]], all_names=True)) for i in trial["open"])
    yield from _list(trial, "Open", opens)


def _list(trial: Data, title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    items = [
        f'<li><a href="#{anchor(trial["trial"], id_)}">{text(criterion(id_))}</a> <span>{phrase(said)}</span></li>'
        for id_, said in rows
    ]
    yield '<div class="part">'
    yield f"<h3>{title}: {len(items) or 'nothing'}</h3>"
    if items:
        yield '<ul class="ids">'
        yield from items
        yield "</ul>"
    yield "</div>"


def _notes(trial: Data) -> Iterator[str]:
    notes = [note for note in (drafts(trial), *trial.get("notes", ())) if note]
    if notes:
        yield '<div class="part">'
        yield "<h3>Notes of the rules</h3>"
        yield "<ul>"
        for note in notes:
            yield f'<li class="note">{text(with_names(note, (f["id"] for f in trial["criteria"])))}</li>'
        yield "</ul>"
        yield "</div>"


def _criteria(trial: Data, sex: str | None) -> Iterator[str]:
    """The criteria in the order of the protocol, each arm's own under a heading."""
    if not trial["criteria"]:
        return
    yield f'<h3 class="all">All criteria: {len(trial["criteria"])}</h3>'
    arms_ = {arm["id"]: arm for arm in trial.get("arms", ())}
    cohort: object = arms_  # no cohort yet: any other value gets a heading
    for finding in trial["criteria"]:
        if arms_ and finding["cohort"] != cohort:
            cohort = finding["cohort"]
            title = cohort_title(arms_.get(finding["cohort"]))
            yield f'<h4 class="arm">{text(title[:1].upper() + title[1:])}</h4>'
        yield from article(trial["trial"], finding, sex, level=5 if arms_ else 4)
