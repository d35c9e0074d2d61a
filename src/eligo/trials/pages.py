"""A pasted page to a `Page`: whose it is, its title and date, the registry's fields, and its criteria.

Pages of different sites differ in everything but their labels and headings, which stand in `grammar/documents.yaml`.
Where the criteria are, `trials.region` says; everything in it is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from eligo.criteria import Span
from eligo.errors import EligoError, Place, Problem
from eligo.pages.document import Page, bare_page, read_criteria, read_stretches
from eligo.pages.layout import key
from eligo.regex import regex
from eligo.trials.fields import read_date
from eligo.trials.region import PageLine, Region, labels, page_lines

NO_TRIAL = "name the trial with `--trial ID`"

_LONGEST_TITLE, _LONGEST_CONDITION = 300, 100  # characters
MOST_CONDITIONS = 15
_CONDITION_ENDS = regex(r"\s*[;|]\s*")
_SHORTEST_TITLE = 3  # words


def read_page(text: str, file: str | None = None, trial: str | None = None) -> Page:
    """Read a page that a person pasted; `trial` names the trial where the page does not.

    A page without an eligibility part gives a `Page` that `states_no_criteria`.
    """
    if not text.strip():
        raise EligoError(
            Problem("empty-document", "the document is empty", Place(file), "paste the trial's whole page")
        )
    lines = list(page_lines(text))
    name = trial or find_trial(lines)
    if name is None:
        raise EligoError(Problem("no-trial-id", "the page does not say which trial it is about", Place(file), NO_TRIAL))
    region = Region(lines).read()
    found = read_stretches(text, region.stretches)
    return Page(
        trial=name,
        title=_title(lines),
        updated=_updated(lines),
        registry=region.fields(),
        arms=found.arms,
        items=found.items,
        states_no_criteria=not found.items,
        headings=found.headings,
        remarks=found.remarks,
        text=text,
        conditions=_conditions(lines),
    )


# --- whose page it is


def find_trial(lines: list[PageLine]) -> str | None:
    """The page's own trial: the id after a label, else one alone on its line, else the first before other trials."""
    own = first = None
    related = False
    for index, line in enumerate(lines):
        related = related or line.title in labels().related
        match = labels().id.search(line.words)
        if match is None:
            continue
        label = key(line.words[: match.start()])
        if label in labels().ids or (not label and index and lines[index - 1].key in labels().ids):
            return match[0]
        if not related:
            own = own or (match[0] if match[0] == line.words else None)
            first = first or match[0]
    return own or first


def trial_of(text: str) -> tuple[str | None, Span | None]:
    """The trial that a text names as its own, and the line that does nothing else."""
    lines = list(page_lines(text))
    name = find_trial(lines)
    return name, next(((line.start, line.end) for line in lines if line.words == name), None)


def read_bare(text: str, trial: str, file: str | None = None, name: Span | None = None) -> Page:
    """Read criteria without a page around them; `name` is the place of a line that only names the trial.

    The registry's fields are taken out where they stand behind the criteria.
    """
    lines = [line for line in page_lines(text) if (line.start, line.end) != name]
    region = Region(lines, whole=True).read()
    if not region.spans:
        return read_criteria(text, trial, file, name)
    found = read_stretches(text, region.stretches)
    return bare_page(text, trial, name, found, region.fields())


def is_page(text: str) -> bool:
    """Whether a text has the headings or labels of a page around its criteria."""
    lines = list(page_lines(text))
    if any(line.title in labels().headings for line in lines):
        return True
    return any((m := labels().id.search(x.words)) and key(x.words[: m.start()]) in labels().ids for x in lines)


def _title(lines: list[PageLine]) -> str | None:
    """The words after or under the label of a title, else the line above the first heading, else the official title."""
    return _labelled(lines, labels().titles) or _first_line(lines) or _labelled(lines, labels().official_titles)


def _labelled(lines: list[PageLine], names: frozenset[str]) -> str | None:
    """The words after or under the first of the labels."""
    for line, following in _with_next(lines):
        label, colon, rest = line.words.partition(":")
        if colon and rest.strip() and key(label) in names:
            return rest.strip()
        if line.key in names and following and following.title not in labels().headings:
            return following.words
    return None


def _conditions(lines: list[PageLine]) -> tuple[str, ...]:
    """What the trial is about: the words after its label, else the lines below up to the next heading or label.

    A list without an end that can be seen may be anything, and is left alone.
    """
    for index, line in enumerate(lines):
        label, colon, rest = line.words.partition(":")
        if colon and rest.strip() and key(label) in labels().conditions:
            return _listed_conditions([rest])
        found: tuple[str, ...] = ()
        if line.title in labels().conditions:
            below = list(itertools.takewhile(_may_be_condition, lines[index + 1 : index + 2 + MOST_CONDITIONS]))
            if len(below) <= MOST_CONDITIONS and index + 1 + len(below) < len(lines):
                found = _listed_conditions([one.words for one in below])
        if found:
            return found
    return ()


def _may_be_condition(line: PageLine) -> bool:
    ends = line.title in labels().condition_ends or line.head is not None or line.title.startswith(labels().starts)
    return not ends and ":" not in line.words and len(line.words) <= _LONGEST_CONDITION


def _listed_conditions(found: list[str]) -> tuple[str, ...]:
    parts = [part.strip(" .,*•-") for words in found for part in _CONDITION_ENDS.split(words)]
    return tuple(dict.fromkeys(part for part in parts if part and not key(part).startswith(labels().no_condition)))


def _first_line(lines: list[PageLine]) -> str | None:
    """The first line above all headings that is no furniture and no other field."""
    above = itertools.takewhile(lambda line: not (line.head or line.title in labels().headings), lines)
    return next((line.words for line in above if _may_be_title(line)), None)


def _with_next(lines: list[PageLine]) -> Iterator[tuple[PageLine, PageLine | None]]:
    return itertools.zip_longest(lines, lines[1:])


def _may_be_title(line: PageLine) -> bool:
    small = line.words.lower()
    if line.end - line.start > _LONGEST_TITLE or len(line.words.split()) < _SHORTEST_TITLE:
        return False
    label = key(line.words.partition(":")[0])
    if label in labels().ids | labels().updated | labels().official_titles:
        return False
    return not small.startswith(labels().furniture) and labels().id.fullmatch(line.words) is None


def _updated(lines: list[PageLine]) -> str | None:
    """The date after or under the first label of an update."""
    words = _labelled(lines, labels().updated)
    return read_date(words) if words else None
