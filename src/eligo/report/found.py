"""Ranked trials as data in, lines for a terminal out: a few lines a trial, and how many there are of all."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.explain import NO_CRITERIA
from eligo.report.display import criterion
from eligo.report.measures import Data
from eligo.report.terminal import Terminal, clean, wrap
from eligo.report.text import verdict_lines

_FITS = {
    "theirs": "about what the patient has",
    "may be": "perhaps about what the patient has",
    "unknown": "what it is about is not stated, or not in the vocabulary",
    "others": "about something that the record does not name",
}
_MARKS = {"blocks": "blocks", "open": "open", "passes": "passes"}


def trial_lines(trial: Data, terminal: Terminal) -> Iterator[str]:
    """Rank, id, verdict and title of a trial; how it is listed, what is open; with reasons, each criterion."""
    first = f"{trial['rank']:>4}  {clean(trial['trial'])}"
    yield from verdict_lines(first, trial["verdict"], clean(trial["title"]), terminal)
    for said in (listing_words(trial["listing"]), f"{_FITS[trial['fits']]}; {standing(trial)}"):
        yield from wrap(said, terminal.width, "      ", "        ")
    for bearing, mark in _MARKS.items():
        for row in trial.get("why", {}).get(bearing, ()):
            arm = f" (arm {clean(row['cohort'])})" if "cohort" in row else ""
            yield from wrap(
                f"{criterion(row['id'])}{arm}: {clean(row['text'])}", terminal.width, f"      {mark:<6}  ", " " * 16
            )


def listing_words(listing: Data) -> str:
    """How the registry lists a trial; what it does not state is said to be so."""
    status = listing["status"]
    phases, countries, ages = listing["phases"], listing["countries"], listing["age_groups"]
    parts = [
        _plain(status) if status else "status not stated",
        ", ".join(map(_plain, phases)) if phases else "phase not stated",
        ", ".join(map(clean, countries)) if countries else "countries not stated",
        ", ".join(map(_plain, ages)) if ages else "age groups not stated",
    ]
    return "; ".join(parts)


def _plain(word: str) -> str:
    return clean(word).replace("_", " ").lower()


def standing(trial: Data) -> str:
    """How much of a trial is decided in favour, and what one visit settles of the rest."""
    if NO_CRITERIA in trial.get("notes", ()):
        return NO_CRITERIA
    passes, left, settled = trial["passes"], len(trial["open"]), trial["settled_by_a_visit"]
    decided = f"{passes} of {passes + left} criteria pass"
    if trial["verdict"] == "INELIGIBLE":
        return f"{passes} criteria pass, and some rule the patient out"
    return decided if not left else f"{decided}, {left} open, of which one visit can settle {settled}"


def count_lines(found: Data, shown: int, terminal: Terminal) -> Iterator[str]:
    """How many trials there are of each verdict, how many filters took out, and which page this is."""
    counts = found["counts"]
    said = ", ".join(f"{counts[word]} {word}" for word in ("eligible", "undetermined", "ineligible"))
    total = counts["eligible"] + counts["undetermined"] + counts["ineligible"]
    taken = f"; {counts['filtered_out']} others were filtered out" if counts["filtered_out"] else ""
    yield from wrap(f"{total} trials: {said}{taken}", terminal.width, "  ", "  ")
    if found["pages"] > 1 or not shown:
        yield f"  page {found['page']} of {found['pages']}"
