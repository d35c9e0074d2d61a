"""Answers in words in, the same in fewer words out: what stands on either side of a day, said together."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TIME = re.compile(r"last (after|on|before) ([0-9-]+)(.*)")
_TOGETHER = {
    frozenset(("after", "on", "before")): "in the past",
    frozenset(("after", "on")): "last on or after {}",
    frozenset(("on", "before")): "last on or before {}",
}


def together(answers: Iterable[str]) -> list[str]:
    """Join the answers that differ only in their side of one day.

    >>> together(["ruled out", "last on 2026-10-20", "last before 2026-10-20", "last after 2026-10-20, severe"])
    ['ruled out', 'last on or before 2026-10-20', 'last after 2026-10-20, severe']
    """
    found: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        match = _TIME.fullmatch(answer)
        found.setdefault((match[2], match[3]) if match else (answer, ""), []).append(match[1] if match else "")
    said = []
    for (what, more), sides in found.items():
        if sides == [""]:
            said.append(what)
        elif (words := _TOGETHER.get(frozenset(sides))) is not None:
            said.append(words.format(what) + more)
        else:
            said += [f"last {side} {what}{more}" for side in sides]
    return list(dict.fromkeys(said))
