"""The data of a cohort in, one self-contained printable page out: no script, no request, readable without colour."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.cohort.plots import attrition, curve, intervals
from eligo.cohort.result import Data
from eligo.cohort.shown import count_words, limit_of, span
from eligo.report.html import style
from eligo.report.page.markup import anchor, shape, text

_STYLE = """
svg.plot { display: block; max-width: 100%; height: auto; margin: .4rem 0 1rem; font-size: 13px; overflow: visible; }
svg.plot text { fill: var(--ink); } svg.plot .end { text-anchor: end; } svg.plot .middle { text-anchor: middle; }
svg.plot .sure { fill: var(--ink); } svg.plot .may { stroke: var(--ink); stroke-width: 1; }
svg.plot .stroke { stroke: var(--ink); stroke-width: 1.5; fill: none; }
svg.plot .thick { stroke: var(--ink); stroke-width: 5; fill: none; }
svg.plot .axis { stroke: var(--line); stroke-width: 1; fill: none; }
svg.plot .now { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; fill: none; }
svg.plot .full { stroke: var(--ink); stroke-width: 2.5; fill: none; }
svg.plot .dashed { stroke: var(--ink); stroke-width: 2; stroke-dasharray: 7 4; fill: none; }
table.counts { display: table; width: auto; } table.counts thead { display: table-header-group; position: static; }
table.counts tbody { display: table-row-group; } table.counts tr { display: table-row; }
table.counts td, table.counts th { display: table-cell; width: auto; padding: .25rem .8rem .25rem 0; }
table.counts td.n { text-align: right; white-space: nowrap; }
table.counts tbody th, table.counts thead th:first-child { padding-left: 0 !important; }
table.counts .text { color: var(--soft); font-weight: 400; display: block; font-size: .875rem; }
.wide { overflow-x: auto; }
figure { margin: 0; break-inside: avoid; } figcaption { font-weight: 600; }
@media print { .trial { break-before: page; } table.counts tr { break-inside: avoid; } .wide { overflow: visible; } }
"""
_HOW = (
    "Certain are patients of whom every criterion was decided and passes; possible are those whom nothing blocks. The "
    "bars and lines are drawn from the numbers beside them: filled is certain, hatched and dashed is possible. The "
    "upright dotted line of a curve is where the limit stands now. Counts are of records, not of people, and no count "
    "replaces a person who screens."
)


def page(data: Data) -> str:
    """The page."""
    days = data["as_of"]
    when = days[0] if len(days) == 1 else f"{len(days)} days" if days else "no day"
    trials = f"{len(data['trials'])} {'trial' if len(data['trials']) == 1 else 'trials'}"
    parts = [
        *_head(),
        "<body>",
        '<a class="skip" href="#trials">Skip to the trials</a>',
        "<header>",
        '<p class="kicker">Patients of a warehouse against the criteria of clinical trials</p>',
        f"<h1>{data['persons']} patients, {trials}</h1>",
        f'<p class="patient">as of {text(when)}; {data["decided_one_by_one"]} patients decided one by one</p>',
        "</header>",
        '<main id="trials">',
        "<section>",
        "<h2>Eligible patients, certain to possible</h2>",
        *intervals(data),
        *_overlap(data),
        "</section>",
    ]
    for trial in data["trials"]:
        parts += _trial(trial, data)
    return "\n".join([*parts, "</main>", *_footer(data), "</body>", "</html>", ""])


def _head() -> list[str]:
    return [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="referrer" content="no-referrer">',
        "<title>Cohort: patients of a warehouse against trials</title>",
        f"<style>{style()}{_STYLE}</style>",
        "</head>",
    ]


def _trial(trial: Data, data: Data) -> Iterator[str]:
    least, verdicts = data["min_count"], trial["verdicts"]
    yield f'<section class="trial" id="{anchor(trial["trial"])}">'
    yield f'<div class="start"><h2><span class="id">{text(trial["trial"])}</span> {text(trial["title"])}</h2>'
    words = [
        f"{shape(name)}{count_words(verdicts[name], least)} {word}"
        for name, word in (("ELIGIBLE", "eligible"), ("UNDETERMINED", "undetermined"), ("INELIGIBLE", "ineligible"))
    ]
    yield f'<p class="verdict">{", ".join(words)}</p></div>'
    if trial["states_no_criteria"]:
        yield "<p>The source states no criteria: nobody can be found eligible.</p>"
    if trial["criteria"]:
        yield "<h3>Who is left after each criterion</h3>"
        yield from attrition(trial, data["persons"], least)
        yield from _criteria(trial, least)
        yield from _missing(trial, least)
    if trial["curves"]:
        yield "<h3>What moving one limit would do</h3>"
        for found in trial["curves"]:
            yield f"<figure><figcaption>{text(limit_of(found))}</figcaption>"
            yield from curve(found)
            yield "</figure>"
    yield "</section>"


def _criteria(trial: Data, least: int | None) -> Iterator[str]:
    yield "<h3>What each criterion does</h3>"
    label = f"criteria of {text(trial['trial'])}"
    yield f'<div class="wide" tabindex="0" role="region" aria-label="{label}"><table class="counts"><thead><tr>'
    heads = ("criterion", "passes", "blocks", "open", "open for", "blocks alone")
    yield "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for one in trial["criteria"]:
        reasons = ", ".join(f"{name.replace('_', ' ')} {count_words(n, least)}" for name, n in one["reasons"].items())
        alone = one["blocks_alone"]
        limits = "".join(
            f'<span class="text">{text(limit["name"])} {text(limit["limit"])}: '
            f"{text(count_words(limit['alone'], least))}</span>"
            for limit in alone["by_limit"]
        )
        cells = "".join(
            f'<td class="n">{text(count_words(one[key], least))}</td>' for key in ("passes", "blocks", "open")
        )
        both = text(span(alone["eligible_without"], alone["possible_without"], least))
        yield (
            f'<tr><th scope="row">{text(one["id"])}<span class="text">{text(one["text"])}</span></th>{cells}'
            f"<td>{text(reasons)}</td><td>{both}{limits}</td></tr>"
        )
    yield "</tbody></table></div>"


def _missing(trial: Data, least: int | None) -> Iterator[str]:
    if not trial["missing"]:
        return
    yield "<h3>What is not known of patients who are undetermined</h3>"
    yield '<table class="counts"><thead><tr><th scope="col">value</th><th scope="col">not known</th>'
    yield '<th scope="col">settled by it alone</th></tr></thead><tbody>'
    for one in trial["missing"]:
        cells = "".join(f'<td class="n">{text(count_words(one[key], least))}</td>' for key in ("open", "settles"))
        yield f'<tr><th scope="row">{text(one["name"])}</th>{cells}</tr>'
    yield "</tbody></table>"


def _overlap(data: Data) -> Iterator[str]:
    if not data["overlap"]:
        return
    yield "<h2>Patients that two trials share</h2>"
    yield '<table class="counts"><thead><tr><th scope="col">trials</th>'
    yield '<th scope="col">certain .. possible</th></tr></thead><tbody>'
    for pair in data["overlap"]:
        both = text(span(pair["certain"], pair["possible"], data["min_count"]))
        yield f'<tr><th scope="row">{text(" and ".join(pair["trials"]))}</th><td class="n">{both}</td></tr>'
    yield "</tbody></table>"


def _footer(data: Data) -> list[str]:
    least = data["min_count"]
    held = (
        [f"<p>&lt;{least} stands for a count of 1 to {least - 1}, or one that would tell such a count.</p>"]
        if least
        else []
    )
    return ["<footer>", f"<p>{_HOW}</p>", *held, "</footer>"]
