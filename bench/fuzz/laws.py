"""Random patients in, what breaks a law out: changes of a record, or of how it is screened, that change no answer.

An answer is the verdict of a trial, what blocks it and what is open. A broken law is made small, record and rules, and
kept with the luck that it hangs on.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.fuzz.findings import write_case
from bench.fuzz.hostile import Found
from bench.fuzz.kinds import LINES, Input
from bench.fuzz.mutate import text
from bench.fuzz.people import LIST_OF as LIST_OF_KIND
from bench.fuzz.people import (
    LISTS,
    Data,
    World,
    in_other_units,
    of_trials,
    record,
    world,
)
from bench.fuzz.run import Outcome, run, run_apart
from bench.fuzz.strange import strange_concepts, strange_variables
from bench.fuzz.workers import Report, Task, memory
from eligo.machine_code import is_compiled
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

Change = Callable[[random.Random, Data, World], Data]
Answer = Any
_LUCKS = 6  # chances that a law is given to break on a smaller record
_APART = 8  # one of so many tasks runs in processes of their own too
_READ = 400  # lines that both readers read in one of these


def shuffled(chance: random.Random, data: Data, _: World) -> Data:
    """The order of keys and entries says nothing."""
    made: Data = json.loads(json.dumps(data))
    for name, part in made.items():
        if isinstance(part, list):
            chance.shuffle(part)
        elif isinstance(part, dict):
            made[name] = dict(chance.sample(list(part.items()), len(part)))
    return dict(chance.sample(list(made.items()), len(made)))


def unrelated(chance: random.Random, data: Data, around: World) -> Data:
    """What no rule asks for, and what is no kin of that, says nothing."""
    made: Data = json.loads(json.dumps(data))
    for variable in chance.sample(strange_variables(around), 2):
        value = chance.choice(sorted(set(variable.grades.values()))) if variable.grades else variable.plausible
        value = value if isinstance(value, int | float) else value[1] if value else 1
        unit = {} if variable.unit == "1" else {"unit": variable.unit}
        made["observations"] = [*made.get("observations", ()), {"variable": variable.id, "value": value, **unit}]
    for concept in chance.sample(strange_concepts(around, data), 3):
        name = LIST_OF_KIND[concept.kind]
        if chance.random() < 0.3:
            made["absent"] = [*made.get("absent", ()), concept.id]
        else:
            made[name] = [*made.get(name, ()), {"concept": concept.id}]
    return made


def rescaled(chance: random.Random, data: Data, around: World) -> Data:
    """The unit of a value says nothing, but between the two forms of a limit that is stated in two units."""
    return in_other_units(chance, data, around)


def renamed(chance: random.Random, data: Data, _: World) -> Data:
    """Which of its names a thing has says nothing."""
    made: Data = json.loads(json.dumps(data))
    for seen in made.get("observations", ()):
        if known := variables().get(seen["variable"]):
            seen["variable"] = chance.choice((known.name, *known.synonyms))
    for name in LISTS:
        for entry in made.get(name, ()):
            if stated := concepts().get(entry["concept"]):
                entry["concept"] = stated.name
    return made


CHANGES: dict[str, Change] = {law.__name__: law for law in (shuffled, unrelated, rescaled, renamed)}
LAWS = (*CHANGES, "brief", "alone", "tabled", "processes", "reader")


def as_table(people: Sequence[Data]) -> str:
    """The records as a table with a row for each statement."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(header := ("patient", "variable", "value", "unit", "date", "low", "high"))
    for data in people:
        rows.writerows((data["id"], *row, *("",) * (len(header) - 1 - len(row))) for row in _rows(data))
    return out.getvalue()


def _rows(data: Data) -> Iterator[tuple[Any, ...]]:
    for name in ("as_of", "birth_date", "sex"):
        if name in data:
            yield name, data[name]
    for seen in data.get("observations", ()):
        yield (seen["variable"], seen["value"], *(seen.get(key, "") for key in ("unit", "date", "low", "high")))
    for name in LISTS:
        for entry in data.get(name, ()):
            yield entry["concept"], entry["status"], "", entry.get("onset") or entry.get("date") or entry.get("start")
    yield from ((ruled_out, "absent") for ruled_out in data.get("absent", ()))
    yield from ((name, "yes" if held else "no") for name, held in data.get("attested", {}).items())


def for_table(data: Data) -> Data:
    """The part of a record that a table can state: each fact with a status, and no list that is complete."""
    made = {key: value for key, value in data.items() if key != "complete"}
    for name in LISTS:
        entries = ({k: v for k, v in entry.items() if k != "qualifiers"} for entry in data.get(name, ()))
        made[name] = [entry for entry in entries if "status" in entry and len(entry) > 2]
    return made


def screening(people: Sequence[Data], trials: Sequence[Data], *more: str) -> Input:
    """The call that screens the records, one a line."""
    return _screening("x.ndjson", "\n".join(map(json.dumps, people)).encode(), trials, *more)


def _screening(name: str, content: bytes, trials: Sequence[Data], *more: str) -> Input:
    files = {name: content} | {f"rules/{t['trial']}.yaml": json.dumps(t).encode() for t in trials}
    rules = "rules" if trials else "@shipped"
    return Input(files, ("screen", name, "--rules", rules, "--json", "--processes", "1", *more))


def answers(outcome: Outcome) -> dict[str, Answer]:
    """The answers for each patient that was not refused."""
    found = (json.loads(line) for line in outcome.out.split("\n") if line.startswith("{"))
    return {p["patient"]: [(t["trial"], t["verdict"], t["blocks"], t["open"]) for t in p["trials"]] for p in found}


def broken(law: str, data: Data, trials: Sequence[Data], luck: str, folder: Path) -> bool:
    """Whether a law is broken for one patient, with this luck."""
    base = for_table(data) if law == "tabled" else data
    one = answers(run(screening([base], trials, "--brief"), folder))
    if law in CHANGES:
        changed = CHANGES[law](random.Random(luck), data, of_trials(tuple(trials)))
        call = screening([changed], trials, "--brief")
    elif law == "brief":
        call = screening([data], trials)
    else:
        call = _screening("x.csv", as_table([base]).encode(), trials, "--brief")
    return bool(one) and answers(run(call, folder)) != one


@dataclass(frozen=True, slots=True)
class Lawful:
    """How a run of the laws is done."""

    seed: int
    folder: Path
    keep: Path

    def work(self, task: Task, say: Callable[[Report], None]) -> None:
        """Try the laws with the patients of a task, and say what breaks one."""
        folder = self.folder / f"laws-{task.numbers[0]}"
        folder.mkdir(exist_ok=True)
        chance = random.Random(f"{self.seed}/{task.numbers[0] // 100}/world")
        around = world(chance)
        people = [record(random.Random(f"{self.seed}/{n}/patient"), around, n) for n in task.numbers]
        say(Report(task.numbers, True))
        for found in self._all(task.numbers, people, around, folder, lambda: say(Report(task.numbers, True))):
            found.memory = memory()
            say(Report((), False, found))
        say(Report(task.numbers, False, Found("laws")))
        folder.rmdir()

    def _all(
        self, numbers: Sequence[int], people: Sequence[Data], around: World, folder: Path, alive: Callable[[], None]
    ) -> Iterator[Found]:
        trials = around.trials
        whole = run(screening(people, trials, "--brief"), folder)
        base = answers(whole)
        stated = [for_table(data) for data in people]
        of_table = answers(run(screening(stated, trials, "--brief"), folder))
        calls = {
            law: screening(
                [change(self._luck(law, n), d, around) for n, d in zip(numbers, people, strict=True)],
                trials,
                "--brief",
            )
            for law, change in CHANGES.items()
        }
        calls["brief"] = screening(people, trials)
        calls["alone"] = screening(people[::-1], trials, "--brief")
        calls["tabled"] = _screening("x.csv", as_table(stated).encode(), trials, "--brief")
        for law, call in calls.items():
            alive()
            outcome = run(call, folder)
            got, before = answers(outcome), of_table if law == "tabled" else base
            found = Found(law, len(before), outcome.seconds)
            for n, data in zip(numbers, people, strict=True):
                one = before.get(data["id"])  # None for one who contradicts himself
                if one is not None and one != got.get(data["id"]):
                    found.findings.append(("another answer", n))
                    if law not in _kept and law != "alone":
                        _kept.add(law)
                        found.kept["another answer"] = self._case(law, n, data, around, folder, alive)
            yield found
        if random.Random(f"{self.seed}/{numbers[0]}/apart").randrange(_APART) == 0:
            yield self._processes(numbers, people, around, whole, folder)
            if is_compiled("reading"):
                alive()
                yield self._reader(numbers, folder)

    def _luck(self, law: str, number: int) -> random.Random:
        return random.Random(f"{self.seed}/{number}/{law}")

    def _processes(
        self, numbers: Sequence[int], people: Sequence[Data], around: World, whole: Outcome, folder: Path
    ) -> Found:
        """One process, and two in a process of its own."""
        made = screening(people, around.trials, "--brief")
        two = run_apart(made._replace(arguments=tuple("2" if w == "1" else w for w in made.arguments)), folder)
        found = Found("processes", len(people), two.seconds, apart=1)
        if (whole.code, whole.out) != (two.code, two.out):
            found.findings.append(("another answer", numbers[0]))
        return found

    def _reader(self, numbers: Sequence[int], folder: Path) -> Found:
        """The compiled reader, and its sources as they are."""
        chance = self._luck("reader", numbers[0])
        rows = [{"id": i, "text": text(chance, chance.choice(LINES))} for i in range(_READ)]
        content = "\n".join(json.dumps(row) for row in rows).encode()
        made = Input({"l.jsonl": content}, ("parse", "--jsonl", "l.jsonl", "--processes", "1"))
        here, pure = run(made, folder), run_apart(made, folder, {"ELIGO_PURE": "1"})
        found = Found("reader", _READ, pure.seconds, apart=1)
        pairs = zip(rows, here.out.split("\n"), pure.out.split("\n"), strict=False)
        for row, one, other in pairs:
            if one != other:
                found.findings.append((f"another reading of {json.dumps(row['text'])[:200]}", numbers[0]))
        if (here.code, here.out.count("\n")) != (pure.code, pure.out.count("\n")):
            found.findings.append(("another code or number of lines", numbers[0]))
        return found

    def _case(self, law: str, number: int, data: Data, around: World, folder: Path, alive: Callable[[], None]) -> str:
        """Make a broken law small, and keep it."""
        lucks = [f"{self.seed}/{number}/{law}", *map(str, range(_LUCKS))]

        def luck(made: Data, trials: Sequence[Data]) -> str | None:
            alive()
            return next((luck for luck in lucks if broken(law, made, trials, luck, folder)), None)

        small, trials = _smaller(data, around.trials, lambda *made: luck(*made) is not None)
        case: Data = {"law": law, "luck": luck(small, trials), "record": small, "rules": list(trials)}
        return str(write_case(case, f"law_{law}_{number}", self.keep))

    def died(self, task: Task, number: int) -> Found:
        """The finding of a patient who ended a process, or with whom it had to be ended."""
        return Found(task.what, 1, findings=[("hang or crash", number)])


_kept = set[str]()


def _smaller(
    data: Data, trials: Sequence[Data], check: Callable[[Data, Sequence[Data]], bool]
) -> tuple[Data, Sequence[Data]]:
    """The record and the rules without what the finding does not need."""
    if not check(data, trials):
        return data, trials
    for trial in list(trials):
        if len(trials) > 1 and check(data, less := [t for t in trials if t is not trial]):
            trials = less
    if len(trials) == 1:
        for criterion in list(trials[0]["criteria"]):
            kept = [c for c in trials[0]["criteria"] if c is not criterion]
            if kept and check(data, [{**trials[0], "criteria": kept}]):
                trials = [{**trials[0], "criteria": kept}]
    for name in list(data):
        if name not in ("id", "as_of") and check(rest := {k: v for k, v in data.items() if k != name}, trials):
            data = rest
    for name, part in list(data.items()):
        for entry in list(part) if isinstance(part, list | dict) else ():
            rest = {**data, name: _without(data[name], entry)}
            if check(rest, trials):
                data = rest
    return data, trials


def _without(part: Any, entry: Any) -> Any:
    """The list without an entry, or the mapping without a key."""
    if isinstance(part, list):
        return [one for one in part if one is not entry]
    return {key: value for key, value in part.items() if key != entry}


def holds(path: Path, folder: Path) -> bool:
    """Whether a law that was once broken holds, for the case that was kept of it."""
    case = json.loads(path.read_text("utf-8"))
    return not broken(case["law"], case["record"], case["rules"], case["luck"], folder)
