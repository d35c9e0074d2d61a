"""The data of a cohort in, lines for a terminal or rows of a table out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from eligo.cohort.result import Count, Data
from eligo.criteria import Limit
from eligo.report.measures import limits_words, quantity
from eligo.report.terminal import Terminal, clean, wrap

_MOST = 5  # of a list in a terminal
_SIGNS = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "="}
HEAD = ("trial", "part", "name", "detail", "count", "certain", "possible")


def count_words(count: Count, least: int | None) -> str:
    """A count, or that it is held back."""
    return f"<{least}" if count is None else str(count)


def cohort_lines(data: Data, terminal: Terminal) -> Iterator[str]:
    """The whole result, trial by trial."""
    least = data["min_count"]
    days = data["as_of"]
    when = days[0] if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}" if days else "no day"
    yield f"{data['persons']} patients as of {when}; {data['decided_one_by_one']} of them decided one by one"
    for trial in data["trials"]:
        yield ""
        yield from _trial_lines(trial, data, terminal)
    if data["overlap"]:
        yield ""
        yield terminal.paint("patients that two trials share (certain .. possible)", "bold")
        for pair in data["overlap"]:
            yield f"  {' and '.join(pair['trials'])}: {span(pair['certain'], pair['possible'], least)}"
    if least:
        yield ""
        yield from wrap(
            f"<{least}: fewer patients than that, or a count that would tell such a one", terminal.width, "", "  "
        )


def span(certain: Count, possible: Count, least: int | None) -> str:
    """Two counts as an interval."""
    return f"{count_words(certain, least)} .. {count_words(possible, least)}"


def _trial_lines(trial: Data, data: Data, terminal: Terminal) -> Iterator[str]:
    least = data["min_count"]
    yield terminal.paint(clean(f"{trial['trial']}  {trial['title']}"), "bold")
    verdicts = trial["verdicts"]
    counts = {word: count_words(verdicts[word], least) for word in verdicts}
    eligible = span(trial["eligible"]["certain"], trial["eligible"]["possible"], least)
    others = f"ineligible {counts['INELIGIBLE']}, undetermined {counts['UNDETERMINED']}"
    yield f"  eligible {eligible} (certain .. possible), {others}"
    if trial["states_no_criteria"]:
        yield "  the source states no criteria: nobody can be found eligible"
    if trial["criteria"]:
        yield from _criteria_lines(trial, least, terminal)
        yield from _alone_lines(trial, least, terminal)
        yield from _missing_lines(trial, least)


def _criteria_lines(trial: Data, least: int | None, terminal: Terminal) -> Iterator[str]:
    """A line a criterion, in the order in which they are gone through."""
    by_id = {one["id"]: one for one in trial["criteria"]}
    rows: list[Sequence[str]] = [("criterion", "passes", "blocks", "open", "left: certain", "possible", "open for")]
    for step in trial["attrition"]:
        one = by_id[step["id"]]
        words = [count_words(one[key], least) for key in ("passes", "blocks", "open")]
        left = [count_words(step[key], least) for key in ("certain", "possible")]
        reasons = ", ".join(f"{name.replace('_', ' ')} {count_words(n, least)}" for name, n in one["reasons"].items())
        rows.append((clean(one["id"]), *words, *left, reasons))
    yield from _table(rows, terminal)


def _table(rows: Sequence[Sequence[str]], terminal: Terminal) -> Iterator[str]:
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [row[0].ljust(wide[0]), *(cell.rjust(wide[place]) for place, cell in enumerate(row[1:-1], 1))]
        line = f"  {'  '.join(cells)}  {row[-1]}".rstrip()
        short = line if len(line) <= terminal.width else f"{line[: terminal.width - 1]}…"
        yield terminal.paint(short, "dim") if number == 0 else short


def _alone_lines(trial: Data, least: int | None, terminal: Terminal) -> Iterator[str]:
    """Whom one criterion alone keeps out."""
    found = [one for one in trial["criteria"] if one["blocks_alone"]["possible_without"] != 0]
    if not found:
        return
    yield "  blocked by one criterion alone (eligible without it, certain .. possible)"
    for one in found:
        alone = one["blocks_alone"]
        words = span(alone["eligible_without"], alone["possible_without"], least)
        limits = "; ".join(
            f"{limit['name']} {limit['limit']}: {count_words(limit['alone'], least)}" for limit in alone["by_limit"]
        )
        yield from wrap(
            f"{words}{f'  by {limits}' if limits else ''}", terminal.width, f"    {clean(one['id'])}  ", "      "
        )


def _missing_lines(trial: Data, least: int | None) -> Iterator[str]:
    """What is not known of patients who are undetermined, what would settle most first."""
    found = trial["missing"][:_MOST]
    if found:
        yield "  not known of patients who are undetermined (settled by it alone)"
        for one in found:
            yield f"    {one['name']}: {count_words(one['open'], least)} ({count_words(one['settles'], least)})"


def limit_of(curve: Data, value: float | None = None) -> str:
    """The limit of a curve in words, at its own place or at another one."""
    at = curve["limit"] if value is None else value
    sign = _SIGNS[curve["op"]]
    of = f" × {curve['of']}" if curve["of"] else ""
    return f"{curve['name']} {sign} {quantity(at, curve['unit'])}{of}"


def as_csv(data: Data) -> str:
    """The same as one table: a row a count, held back ones empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(_rows(data))
    return out.getvalue()


def _rows(data: Data) -> Iterator[Iterable[object]]:
    for trial in data["trials"]:
        name = trial["trial"]
        eligible = trial["eligible"]
        yield (name, "eligible", "", "", "", eligible["certain"], eligible["possible"])
        for word, count in trial["verdicts"].items():
            yield (name, "verdict", word, "", count, "", "")
        for one in trial["criteria"]:
            for word in ("passes", "blocks", "open"):
                yield (name, "criterion", one["id"], word, one[word], "", "")
            for reason, count in one["reasons"].items():
                yield (name, "open_for", one["id"], reason, count, "", "")
            alone = one["blocks_alone"]
            yield (name, "blocks_alone", one["id"], "", "", alone["eligible_without"], alone["possible_without"])
            for limit in alone["by_limit"]:
                yield (
                    name,
                    "blocks_alone_by",
                    one["id"],
                    f"{limit['variable']} {limit['limit']}",
                    limit["alone"],
                    "",
                    "",
                )
        for step in trial["attrition"]:
            yield (name, "left_after", step["id"], "", "", step["certain"], step["possible"])
        for curve in trial["curves"]:
            for point in curve["points"]:
                moved = limits_words([Limit(curve["op"], point["limit"], curve["unit"], curve["of"])])
                yield (name, "limit", curve["variable"], moved, "", point["certain"], point["possible"])
        for missing in trial["missing"]:
            yield (name, "missing", missing["variable"], "open", missing["open"], "", "")
            yield (name, "missing", missing["variable"], "settles", missing["settles"], "", "")
    for pair in data["overlap"]:
        yield (pair["trials"][0], "shared_with", pair["trials"][1], "", "", pair["certain"], pair["possible"])
