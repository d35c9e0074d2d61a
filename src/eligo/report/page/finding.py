"""One criterion's finding in, an article of the page out: truth and bearing, sentence, evidence, number lines."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.report.names import Data
from eligo.report.numberline import number_line
from eligo.report.page.markup import anchor, marked, phrase, shape, text
from eligo.report.words import evidence_line, headline, spans


def article(trial: str, finding: Data, sex: str | None, level: int) -> Iterator[str]:
    """The criterion under a heading of the given level."""
    name, bearing = anchor(trial, finding["id"]), finding["bearing"]
    truth = headline(finding).removesuffix(f" -> {bearing}")
    yield f'<article id="{name}" class="is-{bearing}" aria-labelledby="{name}-head">'
    yield (
        f'<h{level} id="{name}-head">{shape(bearing)}<span class="id">{text(finding["id"])}</span> '
        f'{phrase(truth)} <span class="so">→ <span class="{bearing}">{bearing}</span></span></h{level}>'
    )
    yield f'<p class="sentence">{marked(finding["text"], spans(finding))}</p>'
    lines = [(e, "") for e in finding["evidence"] if e["decides"]]
    lines += [
        (e, "beside it: ") for e in finding["evidence"] if not e["decides"] and e.keys() & {"value", "facts", "parts"}
    ]
    drawn = [number_line(finding, e, sex, f"{name}-{place}") for place, (e, _) in enumerate(lines, 1)]
    alone = sum(map(bool, drawn)) == 1  # then it stands beside the whole article, which is shorter
    if lines:
        yield '<ul class="evidence">'
        for (evidence, start), line in zip(lines, drawn, strict=True):
            names = " ".join(filter(None, ("beside" if start else "", "drawn" if line and not alone else "")))
            of_class = f' class="{names}"' if names else ""
            yield f"<li{of_class}><span>{start}{phrase(evidence_line(evidence))}</span>{'' if alone else line}</li>"
        yield "</ul>"
    if alone:
        yield "".join(drawn)
    yield "</article>"
