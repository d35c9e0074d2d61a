"""A comparison of a finding in, a number line out: inline SVG that reads without colour, with the same said in words.

A triangle is the patient's value, the hatched side is where the words of the protocol are true, the thick bar below is
the normal range. Hatching is drawn line by line, since a pattern would need a reference to another part of the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from typing import Literal

from eligo.dataclass import dataclass
from eligo.report.axis import AxisLimit, AxisLine, Role, Scale, line_of, scale_of
from eligo.report.compared import limit_words
from eligo.report.display import variable_name
from eligo.report.measures import Data, amount_words, limits_words, number, rounded, unit_words
from eligo.report.terminal import clean

WIDTH, MARGIN = 300.0, 12.0
BAND, BAND_HEIGHT = 27.0, 12.0
NORMAL, NORMAL_HEIGHT = 42.0, 4.0
FIRST_ROW, ROW = 58.0, 13.0
CHARACTER = 6.7  # the usual width of a digit at the size of the labels, in the widest of the usual fonts
GAP = 8.0

WORD: dict[Role, str] = {
    "required": "required",
    "excludes": "excludes",
    "for": "counts for",
    "against": "counts against",
    "stated": "stated",
}
_SLANT: dict[Role, int] = {"required": -1, "for": -1, "excludes": 1, "against": 1, "stated": 0}

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Label:
    """A text below the line: `at` is where its anchor would like to stand."""

    text: str
    at: float
    anchor: Anchor = "middle"
    style: str = ""
    row: int = 0
    must: bool = True  # one that need not be there is left out where there is no room


def number_line(finding: Data, evidence: Data, sex: str | None, name: str) -> str:
    """The SVG of a comparison, or nothing where there is no number to draw; `name` starts the ids of its parts."""
    line = line_of(finding, evidence, sex)
    return _svg(line, evidence, name) if line else ""


def _svg(line: AxisLine, evidence: Data, name: str) -> str:
    axis = _Axis(line)
    labels = list(_placed(_labels(line, axis)))
    height = FIRST_ROW + ROW * max((row for _, _, row in labels), default=0) + 5
    title, description = describe(line, evidence)
    size = f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" width="{WIDTH:.0f}" height="{height:.0f}"'
    parts = [
        f'<svg class="line {line.role}" role="img" aria-labelledby="{name}-t {name}-d" {size}>',
        f'<title id="{name}-t">{_text(title)}</title><desc id="{name}-d">{_text(description)}</desc>',
        *_band(line, axis),
        *_normal(line, axis),
        *_value(line, axis),
    ]
    for label, x, row in labels:
        style = f' class="{label.style}"' if label.style else ""
        parts.append(f'<text x="{_n(x)}" y="{_n(FIRST_ROW + ROW * row)}"{style}>{_text(label.text)}</text>')
    return "".join([*parts, "</svg>"])


def describe(line: AxisLine, evidence: Data) -> tuple[str, str]:
    """What the drawing shows, in words: a title and a description."""
    unit = unit_words(line.variable.unit)
    limits = " and ".join(_limit_text(li) for li in line.limits) or limit_words(evidence)
    title = f"{variable_name(line.variable.id)}: patient {line.value}{unit}, limit {limits}{unit}"
    said = [f"Patient: {line.value}{unit}{'' if line.known else ', which decides nothing'}."]
    said.append(f"{WORD[line.role].capitalize()}: {limits}{unit}.")
    if line.others:
        said.append(f"Other results of that day: {', '.join(map(rounded, line.others))}.")
    if line.normal:
        source = f", {line.normal.source}" if line.normal.source else ""
        said.append(f"{_normal_text(line).capitalize().removesuffix(')')}{source}).")
    if not line.grades and scale_of(line).log:
        said.append("The scale is logarithmic.")
    return title, " ".join(said)


class _Axis:
    """Places on the drawing: of numbers on a scale, or of the steps of an ordinal."""

    def __init__(self, line: AxisLine) -> None:
        self.grades = line.grades
        self.scale: Scale | None = None if line.grades else scale_of(line)

    def x(self, value: float) -> float:
        room = WIDTH - 2 * MARGIN
        if self.scale:
            return MARGIN + room * self.scale.at(value)
        step = room / len(self.grades)
        if math.isinf(value):
            return MARGIN if value < 0 else WIDTH - MARGIN
        return MARGIN + step * (self.grades.index(value) + 0.5)

    def marked(self, line: AxisLine) -> list[tuple[float, float]]:
        """The marked parts of the line, from left to right."""
        if self.scale:
            return [(self.x(low[0]), self.x(high[0])) for low, high in line.marked]
        step = (WIDTH - 2 * MARGIN) / len(self.grades)
        holds = [g for g in self.grades if any(low <= (g, 0) and (g, 1) <= high for low, high in line.marked)]
        return [(self.x(g) - step / 2, self.x(g) + step / 2) for g in holds]


def _band(line: AxisLine, axis: _Axis) -> Iterator[str]:
    bottom = BAND + BAND_HEIGHT
    for start, end in axis.marked(line):
        yield f'<path class="hatch" d="{_hatching(start, end, _SLANT[line.role])}"/>'
    yield f'<path class="band" d="M{_n(MARGIN)} {_n(BAND)}H{_n(WIDTH - MARGIN)}V{_n(bottom)}H{_n(MARGIN)}z"/>'
    ticks = axis.scale.ticks() if axis.scale else []
    if axis.grades:
        step = (WIDTH - 2 * MARGIN) / len(axis.grades)
        walls = [axis.x(grade) - step / 2 for grade in axis.grades[1:]]
        yield f'<path class="tick" d="{"".join(f"M{_n(x)} {_n(BAND)}V{_n(bottom)}" for x in walls)}"/>'
    elif ticks:
        yield f'<path class="tick" d="{"".join(f"M{_n(axis.x(t))} {_n(bottom)}v3" for t in ticks)}"/>'
    if line.limits and not axis.grades:
        stops = "".join(f"M{_n(axis.x(li.value))} {_n(BAND - 4)}V{_n(bottom + 5)}" for li in line.limits)
        yield f'<path class="limit" d="{stops}"/>'


def _hatching(start: float, end: float, slant: int) -> str:
    """Strokes that fill the band from `start` to `end`, clipped to it: rising, falling or upright."""
    top, bottom, height = BAND, BAND + BAND_HEIGHT, BAND_HEIGHT
    strokes, x = [], start - (height if slant else 0) + 2
    while x < end:
        if not slant:
            strokes.append(f"M{_n(x)} {_n(top)}V{_n(bottom)}")
        else:
            low, high = max(x, start), min(x + height, end)
            left, right = (low - x, high - x) if slant > 0 else (height - (low - x), height - (high - x))
            strokes.append(f"M{_n(low)} {_n(bottom - left)}L{_n(high)} {_n(bottom - right)}")
        x += 5 if slant > 0 else 6
    return "".join(strokes)


def _normal(line: AxisLine, axis: _Axis) -> Iterator[str]:
    if line.normal is None:
        return
    start = axis.x(-math.inf if line.normal.low is None else line.normal.low)
    end = axis.x(math.inf if line.normal.high is None else line.normal.high)
    size = f'width="{_n(max(end - start, 2))}" height="{_n(NORMAL_HEIGHT)}"'
    yield f'<rect class="normal" x="{_n(start)}" y="{_n(NORMAL)}" {size}/>'


def _value(line: AxisLine, axis: _Axis) -> Iterator[str]:
    """The patient's value: a triangle for a number, a bar with ends for an interval; hollow where open."""
    known = "known" if line.known else "unknown"
    for other in line.others:
        yield f'<path class="mark unknown" d="{_triangle(axis.x(other))}"/>'
    start, end = axis.x(line.low), axis.x(line.high)
    if line.low == line.high:
        yield f'<path class="mark {known}" d="{_triangle(start)}"/>'
    else:
        y = BAND - 6
        left = f"M{_n(start + 6)} {_n(y - 4)}l-6 4l6 4" if math.isinf(line.low) else f"M{_n(start)} {_n(y - 4)}v8"
        right = f"M{_n(end - 6)} {_n(y - 4)}l6 4l-6 4" if math.isinf(line.high) else f"M{_n(end)} {_n(y - 4)}v8"
        yield f'<path class="span {known}" d="M{_n(start)} {_n(y)}H{_n(end)}"/>'
        yield f'<path class="span" d="{left}{right}"/>'
    text = f"{line.value}{unit_words(line.variable.unit)}"
    x = _inside((start + end) / 2 - _width(text, bold=True) / 2, _width(text, bold=True))
    yield f'<text class="value" x="{_n(x)}" y="12">{_text(text)}</text>'


def _triangle(x: float) -> str:
    return f"M{_n(x - 6)} {_n(BAND - 11)}h12l-6 11z"


def _labels(line: AxisLine, axis: _Axis) -> Iterator[Label]:
    """The labels, the most important first."""
    if axis.grades:
        yield from _of_grades(line, axis)
        return
    yield from _of_limits(line, axis)
    if line.normal:
        ends = axis.x(line.normal.low or -math.inf), axis.x(line.normal.high or math.inf)
        yield Label(_normal_text(line), sum(ends) / 2, style="normal", row=1)
    for tick in axis.scale.ticks() if axis.scale else ():
        yield Label(number(tick), axis.x(tick), style="tick", must=False)
    if axis.scale and axis.scale.log:
        yield Label("log scale", WIDTH - MARGIN, "end", "tick", row=1)


def _of_grades(line: AxisLine, axis: _Axis) -> Iterator[Label]:
    """The steps of an ordinal, and what the marked ones do."""
    for grade in axis.grades:
        yield Label(_grade_name(line, grade), axis.x(grade), style="tick")
    marked = axis.marked(line)
    if marked:
        yield Label(WORD[line.role], (marked[0][0] + marked[-1][1]) / 2, style="limit", row=1)


def _of_limits(line: AxisLine, axis: _Axis) -> Iterator[Label]:
    """The limits, and what the marked side of them does; of a single limit in one label on that side."""
    word = WORD[line.role]
    if len(line.limits) == 1:
        (limit,) = line.limits
        at, left = axis.x(limit.value), limit.limit.op in ("lt", "le")
        anchor: Anchor = "middle" if limit.limit.op == "eq" else "end" if left else "start"
        yield Label(f"{word} {_limit_text(limit)}", at + (4 if left else -4), anchor, "limit")
        return
    for limit in line.limits:
        yield Label(_limit_text(limit), axis.x(limit.value), style="limit")
    yield Label(word, sum(axis.x(li.value) for li in line.limits) / len(line.limits), style="limit")


def _placed(labels: Iterator[Label]) -> Iterator[tuple[Label, float, int]]:
    """Each label with its left end and its row: moved into the drawing, and down where it would meet another."""
    rows: list[list[tuple[float, float]]] = [[], [], [], []]
    for label in labels:
        width = _width(label.text, bold=label.style == "limit")
        start = label.at - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
        start = _inside(start, width)
        for row in range(label.row, len(rows) if label.must else 1):
            if all(start >= end + GAP or start + width + GAP <= begin for begin, end in rows[row]):
                rows[row].append((start, start + width))
                yield label, start, row
                break


def _inside(start: float, width: float) -> float:
    return max(0.0, min(start, WIDTH - width))


def _width(text: str, bold: bool = False) -> float:
    return len(text) * CHARACTER * (1.09 if bold else 1)


def _limit_text(limit: AxisLimit) -> str:
    """The limit without its unit, which all share, and how the protocol writes it."""
    own = " (".join(amount_words(one, digits=number) for one in limit.written)
    written = f" ({own}{')' * len(limit.written)}" if own else ""
    return f"{limits_words([limit.limit], bare=limit.limit.unit)}{written}"


def _normal_text(line: AxisLine) -> str:
    normal = line.normal
    if normal is None:
        return ""
    if normal.low is None:
        ends = f"up to {rounded(normal.high or 0)}"
    elif normal.high is None:
        ends = f"from {rounded(normal.low)}"
    else:
        ends = f"{rounded(normal.low)}–{rounded(normal.high)}"
    return f"normal {ends} ({normal.whose})"


def _grade_name(line: AxisLine, grade: float) -> str:
    """The number of a step, or its letter where it has one."""
    letters = [label for label, value in line.variable.grades.items() if value == grade and label.isalpha()]
    return letters[0].upper() if letters and len(letters[0]) == 1 and letters[0] not in "ivx" else number(grade)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    return escape(clean(text))
