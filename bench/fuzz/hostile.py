"""Numbers of inputs in, figures and findings out: many inputs in one call, each by itself where that finds something.

A small share, chosen by the seed, runs in a process of its own too, which must do and say the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.fuzz.findings import finding, keep, smaller
from bench.fuzz.judge import wrong
from bench.fuzz.kinds import Input, inputs
from bench.fuzz.run import Outcome, run, run_apart
from bench.fuzz.together import Numbered, batches, merged
from bench.fuzz.workers import Report, Task, memory

LONG = 2.5  # seconds after which the inputs of one call are timed one by one


@dataclass(slots=True)
class Found:
    """What came of some inputs of a kind: how many, their seconds, the slowest, findings and where they are kept."""

    kind: str
    count: int = 0
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, -1)  # its seconds of those that ran alone, and its number
    apart: int = 0
    memory: int = 0
    findings: list[tuple[str, int]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hostile:
    """How a run of hostile inputs is done."""

    seed: int
    kinds: Sequence[str]
    folder: Path
    keep: Path
    apart: int  # one of so many inputs runs in a process of its own too

    def work(self, task: Task, say: Callable[[Report], None]) -> None:
        """Try the inputs of a task, and say what comes of them."""
        folder = self.folder / f"run-{task.numbers[0]}"
        folder.mkdir(exist_ok=True)
        made = (Numbered(*one) for one in inputs(task.numbers, self.seed, self.kinds))
        groups: Iterator[list[Numbered]] = ([one] for one in made) if task.alone else batches(made)
        for group in groups:
            numbers = [one.number for one in group]

            def alive(at: Sequence[int] = numbers) -> None:
                say(Report(at, True))

            alive()
            found = Found(group[0].kind, len(group))
            self._try(group, found, folder, alive)
            found.memory = memory()
            say(Report(numbers, False, found))
        folder.rmdir()

    def _try(self, group: Sequence[Numbered], found: Found, folder: Path, alive: Callable[[], None]) -> None:
        outcome = run(merged([one.made for one in group]), folder)
        what = wrong(merged([one.made for one in group]), outcome)
        found.seconds = outcome.seconds
        if len(group) == 1:
            found.slowest = (outcome.seconds, group[0].number)
        if what is not None or outcome.seconds > LONG:
            self._one_by_one(group, found, folder, alive, what)
        for one in group:
            if random.Random(f"{self.seed}/{one.number}/apart").randrange(self.apart) == 0:
                found.apart += 1
                if what := _otherwise(run(one.made, folder), run_apart(one.made, folder)):
                    self._note(one, what, found)

    def _one_by_one(
        self, group: Sequence[Numbered], found: Found, folder: Path, alive: Callable[[], None], what: str | None
    ) -> None:
        """Find whose finding it is; where it is nobody's alone, it is that of all of them together."""
        before = len(found.findings)
        for one in group:
            alive()
            outcome = run(one.made, folder)
            found.slowest = max(found.slowest, (outcome.seconds, one.number))
            if own := wrong(one.made, outcome):

                def check(made: Input) -> str | None:
                    alive()
                    return finding(made, folder)

                self._note(one, own, found, check)
        if what is not None and len(found.findings) == before:
            together = Numbered(group[0].number, group[0].kind, merged([one.made for one in group]))
            self._note(together, f"{what}, together alone", found)

    def _note(self, one: Numbered, what: str, found: Found, check: Callable[[Input], str | None] | None = None) -> None:
        """Note a finding; the first of its kind in this process is made small and kept."""
        found.findings.append((what, one.number))
        if (one.kind, what) not in _seen:
            _seen.add((one.kind, what))
            small = smaller(one.made, what, check) if check else one.made
            found.kept[what] = str(keep(small, what, self.keep))

    def died(self, task: Task, number: int) -> Found:
        """The finding of an input that ended its process, or had to be ended with it."""
        found = Found(task.what, 1)
        for _, kind, made in inputs([number], self.seed, self.kinds):
            found.kind = kind
            self._note(Numbered(number, kind, made), "hang or crash", found)
        return found


_seen = set[tuple[str, str]]()


def _otherwise(here: Outcome, apart: Outcome) -> str | None:
    """What is other in a process of its own."""
    if apart.left:
        return f"{apart.left} in a process of its own"
    for name in ("code", "out", "err"):
        if getattr(here, name) != getattr(apart, name):
            return f"another {name} in a process of its own"
    return None
