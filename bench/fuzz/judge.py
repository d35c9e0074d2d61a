"""What came of a run in, what is wrong with that out: None, or a few words that are the same for every such fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bench.fuzz.kinds import Input
from bench.fuzz.mutate import SECRET
from bench.fuzz.run import Outcome

STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
PATIENTS = ("screen", "audit", "next", "patient", "diff")  # the commands that read records
OF_VERDICTS = {0, 3, 4}
REFUSED = 10  # more, where a part of the input was refused
SCREENED = OF_VERDICTS | {code + REFUSED for code in OF_VERDICTS}
CODES = {"screen": {1, *SCREENED}, "audit": {1, 5, *SCREENED}, "check": {0, 1, 5}, "fmt": {0, 1, 5}, "test": {0, 1, 5}}
_ERROR = re.compile(r"(?:^|: )error\[[a-z0-9-]+\]: ", re.MULTILINE)
_RANK = {"ELIGIBLE": 0, "INELIGIBLE": 3, "UNDETERMINED": 4}


def wrong(made: Input, outcome: Outcome) -> str | None:
    """What is wrong with how an input is taken; None where nothing is."""
    code, out, err, _, left = outcome
    if left:
        return left
    told = re.search(r"unexpected (\w+ in [\w.]+)", err)
    if told:
        return f"internal: {told[1]}"
    if re.search(r'\[memory\]|"code": "memory"', err):
        return "more memory than it may use"
    if "Traceback" in err:
        return "traceback"
    if _steers(out) or _steers(err):
        return "steers the terminal"
    if SECRET in err.replace(f"/{SECRET}", "") and not _is_public(made):  # `Observation/1.5` names a resource
        return "a value in an error message"
    asked_json = ("--json" in made.arguments or "--jsonl" in made.arguments) and not out.startswith("usage: ")
    return (_no_json(out) if asked_json else None) or _wrong_code(made, code, out, err)


def _steers(text: str) -> bool:
    # What is printable steers nothing, and is found out sooner.
    return not text.replace("\n", "").isprintable() and STEERS.search(text) is not None


def _is_public(made: Input) -> bool:
    """Whether the planted value stands where no patient is: protocols, rules, profiles, mappings and arguments."""
    if not any(command in made.arguments for command in PATIENTS):
        return True
    public = [word.encode() for word in made.arguments] + [c for n, c in made.files.items() if n.endswith(".yaml")]
    return any(SECRET.encode() in content for content in public)


def _no_json(out: str) -> str | None:
    try:
        for line in out.split("\n"):
            if line.startswith("{"):
                json.loads(line, parse_constant=_refuse)
    except ValueError:
        return "no JSON"
    return None


def _refuse(word: str) -> None:
    raise ValueError(word)


def _wrong_code(made: Input, code: int, out: str, err: str) -> str | None:
    """The exit code says what the output says: usage, errors, verdicts, nothing to tell."""
    command = next((word for word in made.arguments if not word.startswith("-")), "")
    if code == 0 and out.startswith("usage: "):  # --help
        return None
    if code == 2 or err.startswith("usage: "):
        return None if code == 2 and err.startswith("usage: ") else f"exit code {code} for the usage"
    if code not in CODES.get(command, {0, 1}):
        return f"exit code {code} of {command}"
    told = bool(_ERROR.search(err)) or any(line.get("severity") == "error" for line in _objects(err))
    if code == 1 and not told and command not in ("patient", "diff"):
        return f"exit code 1 of {command} without an error"
    if code in OF_VERDICTS and told:
        return f"exit code {code} of {command} with an error"
    if code in SCREENED - OF_VERDICTS and not told:
        return f"exit code {code} of {command} without an error"
    if command == "screen" and "--json" in made.arguments and code != 1 and "--only" not in made.arguments:
        trials = [trial for line in _objects(out) for trial in line.get("trials", ())]
        stated = [trial for trial in trials if "criteria" not in trial or trial["criteria"]]
        verdicts = {trial["verdict"] for trial in stated or trials}
        ranks = {_RANK[verdict] for verdict in verdicts}
        if (0 if 0 in ranks else 4 if 4 in ranks else 3) != code % REFUSED:
            return f"exit code {code} of screen for other verdicts"
    return None


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand alone on their lines."""
    for line in text.split("\n"):
        if line.startswith("{"):
            try:
                data = json.loads(line)
            except ValueError:
                continue
            if isinstance(data, dict):
                yield data
