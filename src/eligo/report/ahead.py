"""A trial's `outlook` as data in, lines for a terminal out: what to do next, what would help, what it hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eligo.report import outlook_words as words
from eligo.report.measures import Data
from eligo.report.terminal import Terminal, wrap

MOST = 3  # questions and sets of changes; the page and the JSON have all


def ahead_lines(outlook: Data, terminal: Terminal) -> Iterator[str]:
    """Everything that the outlook says, each part under its own word."""
    yield from _part("next", map(_question, outlook.get("next", ())), terminal, MOST)
    changes = outlook.get("changes")
    if changes:
        yield from _part("would help", words.change_sets(changes), terminal, MOST)
        for text in words.after_changes(changes):
            yield from wrap(text, terminal.width, "  ", "  ")
    yield from _part("hangs on", words.hangs_on(outlook.get("sensitivity", ())), terminal)
    if "expiry" in outlook:
        expiry = [words.holds_until(outlook["expiry"]), *words.expiry_causes(outlook["expiry"])]
        yield from _part("how long", expiry, terminal)


def _question(item: Data) -> str:
    return f"{words.question(item)} {words.settles(item)} ({words.why(item)}; {words.asked_by(item)})"


def _part(title: str, items: Iterable[str], terminal: Terminal, most: int | None = None) -> Iterator[str]:
    found = list(items)
    if not found:
        return
    yield f"{terminal.paint(title, 'bold')}:"
    for item in found[:most]:
        yield from wrap(item, terminal.width, "  - ", "    ")
    if most is not None and len(found) > most:
        yield f"  ... and {len(found) - most} more"
