"""The trials of a screening in, the strip at the top of the page out: a line a trial, the nearest to eligible first."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.report.answer_words import VERDICT
from eligo.report.display import criterion, with_names
from eligo.report.measures import Data
from eligo.report.names import listed
from eligo.report.outlook_words import tally, verdict_words
from eligo.report.page.markup import anchor, shape, text
from eligo.report.text import drafts
from eligo.report.why import reason


def strip(trials: list[Data]) -> Iterator[str]:
    """The verdicts with their reasons as a list of links to the trials; a note that several have is said once."""
    said = set[str]()
    yield '<nav class="strip" aria-labelledby="verdicts">'
    yield '<h2 id="verdicts">Verdicts</h2>'
    yield f'<p class="sum">{_sum(trials)}</p>'
    yield "<ol>"
    for trial in trials:
        yield from _line(trial, [note for note in _notes(trial) if note not in said])
        said.update(_notes(trial))
    yield "</ol>"
    yield "</nav>"


def sentence_of(trial: Data) -> str:
    """Why the trial has its verdict, as a sentence."""
    why = reason(trial)
    return f"{why[:1].upper()}{why[1:]}."


def _notes(trial: Data) -> list[str]:
    """What the rules say of the protocol, its contradictions among them, and how many criteria nobody has reviewed."""
    ids = [finding["id"] for finding in trial["criteria"]]
    return [with_names(note, ids) for note in (drafts(trial), *trial.get("notes", ())) if note]


def _sum(trials: list[Data]) -> str:
    stated = [trial for trial in trials if trial["criteria"]]
    counts = [(sum(trial["verdict"] == verdict for trial in stated), word) for verdict, word in VERDICT.items()]
    counts += [(len(trials) - len(stated), "without criteria")]
    one = "1 trial" if len(trials) == 1 else f"{len(trials)} trials"
    return f"{one}: {listed(f'{count} {word}' for count, word in counts if count)}"


def _line(trial: Data, notes: list[str]) -> Iterator[str]:
    yield f'<li class="{kind(trial)}">'
    yield f'<p class="word">{verdict(trial)}</p>'
    yield '<div class="what">'
    yield f'<p><a href="#{anchor(trial["trial"])}">{text(trial["trial"])}</a> {text(trial["title"])}</p>'
    yield f'<p class="reason">{text(sentence_of(trial))}</p>'
    if trial.get("arms"):
        yield from arms(trial)
    yield from _links(trial)
    yield from (f'<p class="note">Note: {text(note)}</p>' for note in notes if note != reason(trial))
    yield "</div>"
    yield from counts(trial)
    yield "</li>"


def _links(trial: Data) -> Iterator[str]:
    """Where what blocks and what is open stands in the page."""
    for title, ids in (("Blocks", trial["blocks"]), ("Open", trial["open"])):
        if ids:
            links = ", ".join(f'<a href="#{anchor(trial["trial"], id_)}">{text(criterion(id_))}</a>' for id_ in ids)
            yield f'<p class="ids{" open-ids" if title == "Open" else ""}">{title}: {links}</p>'


def kind(trial: Data) -> str:
    """The class of a trial's verdict."""
    return "near" if trial.get("near") else str(trial["verdict"])


def verdict(trial: Data) -> str:
    """Shape and word of a verdict."""
    words = verdict_words(trial)
    return f'{shape(kind(trial))}<strong class="{trial["verdict"]}">{words[:1].upper()}{words[1:]}</strong>'


def counts(trial: Data) -> Iterator[str]:
    """How many criteria block, are open, pass."""
    if not trial["criteria"]:
        yield '<p class="counts">no criteria</p>'
        return
    yield '<ul class="counts">'
    for word, count in tally(trial):
        zero = ' class="zero"' if count == "0" else ""
        label = f"of these {word}" if word in ("assumed", "answered") else word
        yield f"<li{zero}>{shape(word)}{label} <b>{count}</b></li>"
    yield "</ul>"


def arms(trial: Data) -> Iterator[str]:
    """Each arm with its own verdict."""
    yield '<ul class="arms">'
    for arm in trial["arms"]:
        word = VERDICT[arm["verdict"]]
        yield (
            f"<li>{shape(arm['verdict'])}Arm {text(arm['id'])}, {text(arm['label'])}: "
            f'<strong class="{arm["verdict"]}">{text(word)}</strong></li>'
        )
    yield "</ul>"
