"""Pairs of sentences in, how many break a law of reading out: `python -m bench.laws [--pairs N] [--law NAME]`.

Two readings of a pair are the same, or one is marked as ambiguous or leaves a part to a person, or they are silently
different, which breaks the law. `--lines` takes real lines of ../shared where the law needs no generated sentence.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measure import Measure
from eligo.report.sentences import sentence
from tests import real_lines, sentences
from tests.laws import VERDICTS, Heard, Judged, Verdict, gives_account, judge
from tests.sentences import Pair

SHARED = Path(__file__).resolve().parents[2] / "shared"
PAIRS, SAMPLE, SHOWN = 3000, 50, 3
NO_ACCOUNT = "not measured: a reading does not yet say where each word went"

_EVERY = 5.0  # seconds between two words on how far it is


@dataclass(slots=True)
class Tally:
    """The verdicts on the pairs of one law, and those that break it."""

    law: str
    counts: Counter[Verdict] = field(default_factory=Counter)
    whats: Counter[str] = field(default_factory=Counter)
    broken: list[Judged] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Count a pair."""
        self.counts[judged.verdict] += 1
        if judged.verdict == "different":
            self.whats[judged.pair.what] += 1
            self.broken.append(judged)

    @property
    def measured(self) -> bool:
        """Whether the reader gives what the law asks about."""
        return self.law != "account" or gives_account()


def tally(law: str, pairs: Iterable[Pair], count: int, quiet: bool = True) -> Tally:
    """Judge the pairs of a law; where that takes long, say on standard error how far it is."""
    found = Tally(law)
    if not found.measured:
        return found
    begun = said = time.monotonic()
    for number, pair in enumerate(pairs, 1):
        found.add(judge(pair))
        now = time.monotonic()
        if not quiet and now - said > _EVERY:
            said = now
            print(f"{law}: {number} of {count} pairs, {number / (now - begun):.0f} a second", file=sys.stderr)
    return found


def tallies(laws: Sequence[str], count: int, lines: bool = False, quiet: bool = True) -> Iterator[Tally]:
    """The tally of each law, over generated sentences or over real lines."""
    for law in laws:
        pairs = real_lines.pairs(SHARED, law, count) if lines else sentences.pairs(law, count)
        yield tally(law, pairs, count, quiet)


def measure() -> Measure:
    """How many pairs of a small sample of each law are silently read in two ways."""
    found = list(tallies(sentences.LAWS, SAMPLE))
    pairs = sum(t.counts.total() for t in found)
    broken = sum(len(t.broken) for t in found)
    return Measure(f"laws of reading, {pairs} pairs: silently different", broken, "", 0)


def main(argv: Sequence[str] | None = None) -> None:
    """Print a line for each law, and what breaks it."""
    parser = argparse.ArgumentParser(prog="python -m bench.laws", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS, metavar="N", help=f"pairs of each law (default: {PAIRS})")
    parser.add_argument("--law", action="append", choices=sentences.LAWS, help="only this law; repeatable")
    parser.add_argument("--show", type=int, default=SHOWN, metavar="N", help=f"broken pairs to show (default: {SHOWN})")
    parser.add_argument("--lines", action="store_true", help="real lines of ../shared instead of generated sentences")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args(argv)
    known = real_lines.LAWS if args.lines else sentences.LAWS
    found = tallies([law for law in known if law in (args.law or known)], args.pairs, args.lines, quiet=False)
    if args.json:
        print(json.dumps({"laws": [_as_json(t, args.show) for t in found]}, ensure_ascii=False, indent=1))
        return
    print(f"{'law':<14}{'pairs':>7}" + "".join(f"{verdict:>11}" for verdict in VERDICTS), flush=True)
    every = Counter[Verdict]()
    for one in found:
        _print(one, args.show)
        every += one.counts
    print(_line("all", every))


def _line(name: str, counts: Counter[Verdict]) -> str:
    return f"{name:<14}{counts.total():>7}" + "".join(f"{counts[verdict]:>11}" for verdict in VERDICTS)


def _print(found: Tally, show: int) -> None:
    print(_line(found.law, found.counts) if found.measured else f"{found.law:<14}{NO_ACCOUNT}", flush=True)
    if found.whats:
        print("    different: " + ", ".join(f"{what} {count}" for what, count in found.whats.most_common()))
    for judged in found.broken[:show]:
        for heard in (judged.one, judged.other):
            print(f"    [{heard.kind[0]}] {heard.words}\n        {_in_words(heard)}")
        print()


def _in_words(heard: Heard) -> str:
    return sentence(heard.predicate) + (" (marked as ambiguous)" if heard.marked else "")


def _as_json(found: Tally, show: int) -> dict[str, Any]:
    if not found.measured:
        return {"law": found.law, "note": NO_ACCOUNT}
    return {
        "law": found.law,
        "pairs": found.counts.total(),
        **{verdict: found.counts[verdict] for verdict in VERDICTS},
        "different_by": dict(found.whats.most_common()),
        "shown": [
            [{"words": h.words, "kind": h.kind, "says": _in_words(h)} for h in (judged.one, judged.other)]
            for judged in found.broken[:show]
        ],
    }


if __name__ == "__main__":
    main()
