"""A screening as data in, one self-contained printable page out: no script, no request to any network.

It reads well without colour and on paper: every word of the text view stands here too, shapes and words say what colour
only repeats, and each comparison is drawn as a number line.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from eligo.regex import regex
from eligo.report.measures import Data
from eligo.report.outlook_words import verdict_words
from eligo.report.page.markup import anchor, shape, text
from eligo.report.page.strip import strip
from eligo.report.page.summary import About, summary
from eligo.report.page.trial import section
from eligo.report.terminal import clean
from eligo.report.text import nearest_first
from eligo.report.words import patient_line

_HOW_TO_READ = """\
On a number line the triangle is the patient's value (hollow where it decides nothing), a bar with ends an interval.
The hatched side is where the words of the protocol are true, and the word below says what that does. The thick bar
below is the normal range, and in brackets whose it is.

Eligible means that every criterion was decided. This page supports the people who screen; it does not replace them."""
_NOT_CSS_TEXT = regex(r"[^A-Za-z0-9 ,.-]")


@cache
def style() -> str:
    """The style sheet: text on its background has a contrast of at least 7:1 in both colour schemes."""
    return (Path(__file__).parent / "page" / "style.css").read_text("utf-8")


def page(screening: Data, about: About | None = None, full: bool = False) -> str:
    """The screening of a patient, for one trial or for many, as one page: a sheet of summary, then each trial.

    What passes is folded to a line each, on paper what is open too, unless `full`.
    """
    trials = sorted(screening["trials"], key=nearest_first)
    parts = [
        *_head(screening, trials),
        f'<body class="{"full" if full else "brief"}">',
        '<a class="skip" href="#verdicts">Skip to the verdicts</a>',
        f'<a class="skip" href="#{anchor(trials[0]["trial"]) if trials else "verdicts"}">Skip to the criteria</a>',
        "<header>",
        '<p class="kicker">Screening against the criteria of clinical trials</p>',
        f"<h1>{text(screening['patient'])}</h1>",
        f'<p class="patient">{text(patient_line(screening))}</p>',
        "</header>",
        *strip(trials),
        "<main>",
        '<div class="sheet">',
        *summary(screening, about or About()),
        "</div>",
    ]
    for trial in trials:
        parts += section(trial, screening.get("sex"), full)
    return "\n".join([*parts, "</main>", *_footer(), "</body>", "</html>", ""])


def _head(screening: Data, trials: list[Data]) -> list[str]:
    what = f"{trials[0]['trial']}: {verdict_words(trials[0])}" if len(trials) == 1 else f"{len(trials)} trials"
    return [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="referrer" content="no-referrer">',
        f"<title>{text(screening['patient'])}, {text(what)}</title>",
        f"<style>{style()}{_margins(screening)}</style>",
        "</head>",
    ]


def _margins(screening: Data) -> str:
    """What every printed page says in its margins: whose screening it is, as of when, and which page of how many."""
    patient, as_of = _css_text(screening["patient"]), _css_text(screening["as_of"])
    return (
        f'@page {{ @top-left {{ content: "{patient}" }} @top-right {{ content: "as of {as_of}" }}\n'
        '  @bottom-right { content: "page " counter(page) " of " counter(pages) } }\n'
    )


def _css_text(raw: str) -> str:
    """Text that can stand in quotes in a style sheet: what could end them is written as its number."""
    return _NOT_CSS_TEXT.sub(lambda match: f"\\{ord(match[0]):06x}", clean(raw).replace("\n", " "))


def _footer() -> list[str]:
    verdicts = (
        ("ELIGIBLE", "eligible, passes"),
        ("UNDETERMINED", "undetermined, open"),
        ("INELIGIBLE", "ineligible, blocks"),
    )
    marks = (*verdicts, ("assumed", "passes on an assumption alone"), ("near", "near miss"))
    shapes = ", ".join(f"{shape(name)}{word}" for name, word in marks)
    return [
        "<footer>",
        f'<p class="legend">{shapes}.</p>',
        *(f"<p>{words}</p>" for words in _HOW_TO_READ.split("\n\n")),
        "</footer>",
    ]
