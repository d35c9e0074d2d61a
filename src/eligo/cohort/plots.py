"""Counts in, drawings out that are read in black and white: bars of who is left, intervals, and curves of a limit."""

from __future__ import annotations

from collections.abc import Sequence

from eligo.cohort.result import Count, Data
from eligo.cohort.shown import count_words, limit_of, span
from eligo.report.measures import rounded
from eligo.report.page.markup import text

_WIDE, _LEFT, _RIGHT, _ROW = 640, 70, 150, 22
_PLOT = (60, 12, 560, 150)  # left, top, right, bottom of a curve


def attrition(trial: Data, persons: int, least: int | None) -> list[str]:
    """A bar a criterion: filled for who passes for certain, hatched for who may."""
    steps = trial["attrition"]
    high = _ROW * (len(steps) + 1) + 8
    found = [
        *_opening(high, f"patients left after each criterion of {trial['trial']}"),
        _HATCH.format(id=text(trial["trial"])),
    ]
    found += _bar(0, "all", persons, persons, persons, least, trial["trial"])
    for place, step in enumerate(steps, 1):
        found += _bar(place, step["id"], step["certain"], step["possible"], persons, least, trial["trial"])
    return [*found, "</svg>"]


_HATCH = (
    '<defs><pattern id="hatch-{id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0V6" class="stroke"/></pattern></defs>'
)


def _opening(high: float, title: str) -> list[str]:
    return [
        f'<svg class="plot" role="img" viewBox="0 0 {_WIDE} {high:g}" width="{_WIDE}" height="{high:g}">',
        f"<title>{text(title)}</title>",
    ]


def _bar(place: int, name: str, certain: Count, possible: Count, most: int, least: int | None, trial: str) -> list[str]:
    top, room = place * _ROW + 4, _WIDE - _LEFT - _RIGHT
    sure, may = (room * (count or 0) / max(most, 1) for count in (certain, possible))
    words = (
        count_words(possible, least)
        if certain == possible
        else f"{count_words(certain, least)} .. {count_words(possible, least)}"
    )
    hatched = f'fill="url(#hatch-{text(trial)})"'
    return [
        f'<text x="{_LEFT - 8}" y="{top + 12}" class="end">{text(name)}</text>',
        f'<rect x="{_LEFT}" y="{top}" width="{may:.1f}" height="{_ROW - 7}" class="may" {hatched}/>',
        f'<rect x="{_LEFT}" y="{top}" width="{sure:.1f}" height="{_ROW - 7}" class="sure"/>',
        f'<text x="{_LEFT + max(sure, may) + 6:.1f}" y="{top + 12}">{words}</text>',
    ]


def intervals(data: Data) -> list[str]:
    """A line a trial: from who is eligible for certain to who may be."""
    trials, most = data["trials"], max(data["persons"], 1)
    high = _ROW * len(trials) + 8
    found = _opening(high, "eligible patients of each trial, certain to possible")
    left, room = 120, _WIDE - 120 - _RIGHT
    for place, trial in enumerate(trials):
        y = place * _ROW + 14
        ends = [left + room * (trial["eligible"][key] or 0) / most for key in ("certain", "possible")]
        words = span(trial["eligible"]["certain"], trial["eligible"]["possible"], data["min_count"])
        found += [
            f'<text x="{left - 8}" y="{y + 4}" class="end">{text(trial["trial"])}</text>',
            f'<path class="axis" d="M{left} {y}H{left + room}"/>',
            f'<path class="thick" d="M{ends[0]:.1f} {y}H{max(ends[1], ends[0] + 1):.1f}"/>',
            f'<path class="stroke" d="M{ends[0]:.1f} {y - 5}V{y + 5}M{ends[1]:.1f} {y - 5}V{y + 5}"/>',
            f'<text x="{left + room + 8}" y="{y + 4}">{words}</text>',
        ]
    return [*found, "</svg>"]


def curve(found: Data) -> list[str]:
    """Two lines over where a limit goes: full for certain, dashed for possible; an upright one where the limit is."""
    left, top, right, bottom = _PLOT
    points = found["points"]
    places: list[float] = [point["limit"] for point in points]
    counts: list[int] = [point[key] for point in points for key in ("certain", "possible") if point[key] is not None]
    most, low, high = max([*counts, 1]), min(places), max(places)

    def x(at: float) -> float:
        return left + (right - left) * (at - low) / ((high - low) or 1)

    def y(count: int) -> float:
        return bottom - (bottom - top) * count / most

    now = x(found["limit"])
    drawn = _opening(bottom + 34, f"patients as the limit {limit_of(found)} moves")
    drawn += [
        f'<path class="axis" d="M{left} {top}V{bottom}H{right}"/>',
        f'<path class="now" d="M{now:.1f} {top}V{bottom + 4}"/>',
        f'<text x="{left - 6}" y="{top + 4}" class="end">{most}</text>',
        f'<text x="{left - 6}" y="{bottom + 4}" class="end">0</text>',
        f'<text x="{left}" y="{bottom + 16}" class="middle">{rounded(low)}</text>',
        f'<text x="{right}" y="{bottom + 16}" class="middle">{rounded(high)}</text>',
    ]
    if left + 40 < now < right - 40:
        drawn.append(f'<text x="{now:.1f}" y="{bottom + 16}" class="middle">{rounded(found["limit"])}</text>')
    for key, kind in (("possible", "dashed"), ("certain", "full")):
        drawn.append(
            _line(kind, [(x(point["limit"]), None if point[key] is None else y(point[key])) for point in points])
        )
    last = points[-1]
    for key, word in (("certain", "certain"), ("possible", "possible")):
        if last[key] is not None:
            drawn.append(f'<text x="{right + 4}" y="{y(last[key]) + 4:.1f}">{word}</text>')
    return [*drawn, "</svg>"]


def _line(kind: str, points: Sequence[tuple[float, float | None]]) -> str:
    """A line through the points that are shown."""
    shown = [(x, y) for x, y in points if y is not None]
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in shown)}"/>' if shown else ""
