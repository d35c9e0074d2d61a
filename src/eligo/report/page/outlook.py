"""A trial's `outlook` in, sections of the page out: what to ask next, what would have to change, what it hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eligo.report import outlook_words as words
from eligo.report.answer_words import answers
from eligo.report.display import criterion
from eligo.report.measures import Data
from eligo.report.page.markup import anchor, text

MOST_PRINTED = 5  # questions of a trial on paper; the screen has them all


def sections(trial: Data) -> Iterator[str]:
    """All that the outlook says, each part under its own heading; nothing where there is none."""
    outlook = trial.get("outlook", {})
    yield from _next(trial["trial"], outlook)
    parts = [
        *_listed("What only a person can state", map(words.attestation, outlook.get("attest", ()))),
        *_listed("What a person has to read", filter(None, [words.to_read(outlook.get("read", ()))])),
        *_changes(outlook.get("changes")),
        *_listed("What the verdict hangs on", words.hangs_on(outlook.get("sensitivity", ()))),
        *_expiry(outlook.get("expiry")),
    ]
    if parts:
        yield '<div class="parts">'
        yield from parts
        yield "</div>"


def _next(trial: str, outlook: Data) -> Iterator[str]:
    if asked := outlook.get("next"):
        title = anchor(trial, "next")
        yield f'<h3 id="{title}">What to ask or measure next</h3>'
        # The roles stay where a narrow screen shows the cells below each other.
        yield f'<table role="table" aria-labelledby="{title}">'
        yield '<thead role="rowgroup"><tr role="row">'
        for head in ("Question, best first", "What it settles", "What each answer gives"):
            yield f'<th role="columnheader" scope="col">{head}</th>'
        yield '</tr></thead><tbody role="rowgroup">'
        for rank, item in enumerate(asked, 1):
            yield from _row(trial, rank, item)
        yield "</tbody></table>"
        if len(asked) > MOST_PRINTED:
            left = len(asked) - MOST_PRINTED
            yield f'<p class="note left">And {left} more, which the page on a screen lists.</p>'


def _row(trial: str, rank: int, item: Data) -> Iterator[str]:
    links = ", ".join(f'<a href="#{anchor(trial, id_)}">{text(criterion(id_))}</a>' for id_ in item["criteria"])
    more = ' class="more"' if rank > MOST_PRINTED else ""
    yield f'<tr role="row"{more}>'
    yield (
        f'<th role="rowheader" scope="row"><span class="rank">{rank}</span> {text(words.question(item))}'
        f'<span class="why">{text(words.why(item))}; for {links}</span></th>'
    )
    yield f'<td role="cell">{_sentence(words.settles(item))}</td>'
    yield '<td role="cell">'
    yield from _items(answers(item))
    yield "</td></tr>"


def _changes(changes: Data | None) -> Iterator[str]:
    if not changes:
        return
    yield '<div class="part">'
    yield "<h3>What would have to change</h3>"
    if changes["sets"]:
        yield "<p>Each line is a smallest set of changes after which nothing blocks.</p>"
        yield '<ol class="sets">'
        for one, said in zip(changes["sets"], words.change_sets(changes), strict=True):
            fixed = ' <span class="tag">cannot change</span>' if one.get("fixed") else ""
            yield f"<li>{text(said)}{fixed}</li>"
        yield "</ol>"
    else:
        yield from (f"<p>{_sentence(line)}.</p>" for line in words.change_sets(changes))
    for line in words.after_changes(changes):
        yield f'<p class="note">{_sentence(line)}.</p>'
    yield "</div>"


def _expiry(expiry: Data | None) -> Iterator[str]:
    """What ends the verdict; until when it holds stands beside it."""
    if expiry:
        yield from _listed(f"What changes after {expiry['until']}", words.expiry_causes(expiry))


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield '<div class="part">'
        yield f"<h3>{title}</h3>"
        yield from _items(found)
        yield "</div>"


def _items(lines: Iterable[str]) -> Iterator[str]:
    found = [f"<li>{text(line)}</li>" for line in lines]
    if found:
        yield "<ul>"
        yield from found
        yield "</ul>"


def _sentence(words_: str) -> str:
    return text(f"{words_[:1].upper()}{words_[1:]}")
