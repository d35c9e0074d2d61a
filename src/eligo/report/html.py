"""A screening of one trial as data in, one self-contained HTML page out: no script, no request to any network.

It reads well without colour and on paper: every word of the text view stands here too, and colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from eligo.report.terminal import clean
from eligo.report.text import drafts
from eligo.report.words import (
    Data,
    blocker,
    cohort_title,
    evidence_line,
    headline,
    patient_line,
    spans,
    still_open,
)

# Text on its background has a contrast of at least 7:1 in both colour schemes.
STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --soft: #444; --line: #767676; --mark: #fff3b0;
  --passes: #0b5a1f; --blocks: #8f1010; --open: #6a4a00; --link: #0b4a8f; }
@media (prefers-color-scheme: dark) { :root { --ink: #f2f2f2; --paper: #161616; --soft: #cfcfcf; --line: #9a9a9a;
  --mark: #4a4000; --passes: #8fe0a0; --blocks: #ffb0b0; --open: #f0cf80; --link: #a9cfff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3, h4 { font-size: 1rem; margin: 0; }
h3 { margin-top: 1.25rem; }
p, ul, dl { margin: .4rem 0; }
ul { padding-left: 1.25rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
.patient, .beside, .note, footer { color: var(--soft); }
.verdict { display: inline-block; border: 2px solid currentColor; padding: .1rem .6rem; font-weight: 700; }
.passes, .ELIGIBLE { color: var(--passes); }
.blocks, .INELIGIBLE { color: var(--blocks); }
.open, .UNDETERMINED { color: var(--open); }
article { margin: 1rem 0; padding: .1rem 0 .1rem .9rem; border-left: 4px solid var(--line); break-inside: avoid; }
article.is-blocks { border-left: 8px solid var(--blocks); }
article.is-open { border-left: 4px dashed var(--open); }
.sentence { white-space: pre-line; margin: .3rem 0; }
mark { background: var(--mark); color: inherit; text-decoration: underline; text-underline-offset: 3px; }
footer { margin-top: 2rem; border-top: 1px solid var(--line); font-size: .875rem; }
@media print {
  :root { --ink: #000; --paper: #fff; --soft: #222; --line: #555; --mark: none;
    --passes: #000; --blocks: #000; --open: #000; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .skip { display: none; }
  h2, h3, h4 { break-after: avoid; }
  a { text-decoration: none; }
  @page { margin: 18mm; }
}
"""


def page(screening: Data) -> str:
    """The audit of a patient and a trial as one page."""
    (trial,) = screening["trials"]
    verdict = trial["verdict"]
    return "\n".join(
        [
            *_head(f"{screening['patient']}, {trial['trial']}: {verdict}"),
            "<body>",
            '<a class="skip" href="#criteria">Skip to the criteria</a>',
            "<header>",
            f"<h1>{_text(trial['trial'])}: {_text(trial['title'])}</h1>",
            f'<p class="patient">{_text(screening["patient"])}, {_text(patient_line(screening))}</p>',
            f'<p><strong class="verdict {verdict}">{verdict}</strong></p>',
            "</header>",
            "<main>",
            '<section aria-labelledby="summary">',
            '<h2 id="summary">Summary</h2>',
            *_summary(trial),
            "</section>",
            '<section aria-labelledby="criteria">',
            f'<h2 id="criteria">All criteria ({len(trial["criteria"])})</h2>',
            *_findings(trial),
            "</section>",
            "</main>",
            "<footer>",
            f"<p>Rules of {_text(trial['trial'])}, SHA-256 {_text(trial['rules_sha256'] or 'not known')}.</p>",
            "</footer>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _head(title: str) -> list[str]:
    return [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="referrer" content="no-referrer">',
        f"<title>{_text(title)}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
    ]


def _summary(trial: Data) -> Iterator[str]:
    found = {finding["id"]: finding for finding in trial["criteria"]}
    yield from _list(f"Blocks: {len(trial['blocks'])}", ((i, blocker(found[i])) for i in trial["blocks"]))
    opens = ((i, still_open([found[i]], all_names=True)) for i in trial["open"])
    yield from _list(f"Open: {len(trial['open'])}", opens)
    if trial.get("arms"):
        yield "<h3>Arms</h3>"
        yield "<ul>"
        for arm in trial["arms"]:
            label = f"{_text(arm['id'])}, {_text(arm['label'])}"
            yield f'<li>{label}: <strong class="{arm["verdict"]}">{arm["verdict"]}</strong></li>'
        yield "</ul>"
    for note in filter(None, (drafts(trial), *trial.get("notes", ()))):
        yield f'<p class="note">Note: {_text(note)}</p>'


def _list(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f"<h3>{title}</h3>"
    items = [f'<li><a href="#{_text(i)}">{_text(i)}</a> {_text(text)}</li>' for i, text in rows]
    if items:
        yield "<ul>"
        yield from items
        yield "</ul>"


def _findings(trial: Data) -> Iterator[str]:
    """The criteria in the order of the protocol, each arm's own under a heading."""
    arms = {arm["id"]: arm for arm in trial.get("arms", ())}
    cohort: object = arms  # no cohort yet: any other value gets a heading
    for finding in trial["criteria"]:
        if arms and finding["cohort"] != cohort:
            cohort = finding["cohort"]
            arm = arms.get(finding["cohort"])
            yield f"<h3>{_text(cohort_title(arm))}</h3>"
        yield from _finding(finding)


def _finding(finding: Data) -> Iterator[str]:
    name, bearing = _text(finding["id"]), finding["bearing"]
    truth = headline(finding).removesuffix(f" -> {bearing}")
    yield f'<article id="{name}" class="is-{bearing}" aria-labelledby="{name}-head">'
    yield f'<h4 id="{name}-head">{name} {truth} → <span class="{bearing}">{bearing}</span></h4>'
    yield f'<p class="sentence">{_marked(finding["text"], spans(finding))}</p>'
    lines = [(e, "") for e in finding["evidence"] if e["decides"]]
    lines += [(e, "beside it: ") for e in finding["evidence"] if not e["decides"] and ("value" in e or "facts" in e)]
    yield "<ul>"
    for evidence, start in lines:
        kind = ' class="beside"' if start else ""
        yield f"<li{kind}>{start}{_text(evidence_line(evidence))}</li>"
    yield "</ul>"
    yield "</article>"


def _marked(text: str, marks: Iterable[tuple[int, int]]) -> str:
    """The sentence with the deciding words in `<mark>`."""
    marked = {i for start, end in marks for i in range(start, end)}
    parts, start = [], 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (end in marked) != (start in marked):
            piece = _text(text[start:end])
            parts.append(f"<mark>{piece}</mark>" if start in marked else piece)
            start = end
    return "".join(parts)


def _text(text: str) -> str:
    return escape(clean(text))
