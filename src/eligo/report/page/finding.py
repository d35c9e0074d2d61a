"""One criterion's finding in, an article of the page out: truth and bearing, sentence, evidence, number lines."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.report.display import criterion
from eligo.report.measures import Data
from eligo.report.numberline import number_line
from eligo.report.page.markup import anchor, marked, shape, text
from eligo.report.words import bearing_line, evidence_line, spans, truth_line


def article(trial: str, finding: Data, sex: str | None, level: int, full: bool) -> Iterator[str]:
    """The criterion under a heading of the given level; one that passes is folded to a line, unless all is to be seen.

    On paper a folded one stays a line, and an open one becomes one. Only the words that make a criterion block or leave
    it open are marked.
    """
    name, bearing = anchor(trial, finding["id"]), finding["bearing"]
    folds = bearing != "blocks"
    yield f'<article id="{name}" class="is-{bearing}" aria-labelledby="{name}-head">'
    if folds:
        yield f"<details{' open' if full or bearing == 'open' else ''}><summary>"
    yield from _head(name, finding, level)
    if folds:
        yield f'<span class="gist">{text(finding["text"])}</span></summary>'
    if bearing != "passes":
        yield f'<p class="sentence">{marked(finding["text"], spans(finding))}</p>'
    yield from _evidence(name, finding, sex)
    yield f"{'</details>' if folds else ''}</article>"


def _head(name: str, finding: Data, level: int) -> Iterator[str]:
    named, bearing = criterion(finding["id"]), finding["bearing"]
    rests = bearing_line(finding).removeprefix(bearing)
    mark = "assumed" if bearing == "passes" and finding.get("assumed") else bearing
    yield (
        f'<h{level} id="{name}-head">{shape(mark)}<span class="id">{text(named[0].upper() + named[1:])}</span>: '
        f'{text(truth_line(finding))} <span class="so">→ <span class="{bearing}">{bearing}</span>'
        f"{text(rests)}</span></h{level}>"
    )


def _evidence(name: str, finding: Data, sex: str | None) -> Iterator[str]:
    lines = [(e, "") for e in finding["evidence"] if e["decides"]]
    lines += [(e, "also: ") for e in finding["evidence"] if not e["decides"] and e.keys() & {"value", "facts", "parts"}]
    drawn = [number_line(finding, e, sex, f"{name}-{place}") for place, (e, _) in enumerate(lines, 1)]
    alone = sum(map(bool, drawn)) == 1  # then it stands beside the whole article, which is shorter
    if lines:
        yield '<ul class="evidence">'
        for (evidence, start), line in zip(lines, drawn, strict=True):
            names = " ".join(filter(None, ("beside" if start else "", "drawn" if line and not alone else "")))
            of_class = f' class="{names}"' if names else ""
            yield f"<li{of_class}><span>{start}{text(evidence_line(evidence))}</span>{'' if alone else line}</li>"
        yield "</ul>"
    if alone:
        yield "".join(drawn)
