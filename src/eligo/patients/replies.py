"""Answers by persons in, as records and answers files hold them; `Reply` out, or what is wrong with each.

What an answer asks (`asks`) is kept as data here: `eligo.answers` knows which rules ask it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eligo import jsontext
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem, Severity
from eligo.files import read_bytes
from eligo.jsontext import JsonPath, path_text
from eligo.namedtuple import NamedTuple
from eligo.patients import dates
from eligo.patients.form import YES_NO, is_well_formed
from eligo.patients.model import Reply
from eligo.patients.notes import Noted
from eligo.patients.places import PublicPaths
from eligo.regex import regex

SCHEMA = "eligo.answers/1"
SHA = regex(r"[0-9a-f]{12}")

_CRITERION = regex(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_SHAPE = 'answers are {"answers": [...]}, or one object a line, each with its `patient`'

_Flaw = tuple[str, str, str, str]  # of an answer: code, message, the key that it is at, help


def canonical(asks: Mapping[str, Any]) -> str:
    """What an answer asks as text, the same for the same data."""
    return json.dumps(asks, sort_keys=True, ensure_ascii=False)


def read_reply(
    entry: Mapping[str, Any], path: JsonPath, file: str | None, lenient: bool = False
) -> tuple[Reply | None, list[Noted]]:
    """Read one answer whose form is right; None with what is wrong where it cannot be one."""
    severity: Severity = "warning" if lenient else "error"
    wrong = [
        Noted(code, message, (*path, key) if key else path, help_, severity)
        for code, message, key, help_ in _wrong(entry)
    ]
    day = dates.read_day(entry["date"])
    if wrong or day is None:
        return None, wrong
    asks = entry.get("asks")
    reply = Reply(
        entry["by"].strip(),
        day,
        None if asks is None else canonical(asks),
        entry.get("criterion"),
        entry.get("text_sha"),
        None if entry.get("answer") is None else YES_NO[entry["answer"]],
        entry.get("value"),
        entry.get("unit"),
        entry.get("note"),
        Place(file, path=path_text(path) or None),
    )
    return reply, []


def _wrong(entry: Mapping[str, Any]) -> Iterator[_Flaw]:
    """What is wrong with an answer: with who gives it and when, with the question, with what it says."""
    if not entry["by"].strip():
        yield "answer-by", "the answer does not say who gives it", "by", "write the initials or the name"
    if dates.read_day(entry["date"]) is None:
        yield "date-format", "this is not a day that an answer can be of", "date", "write YYYY-MM-DD"
    yield from _wrong_question(entry)
    yield from _wrong_reply(entry)


def _wrong_question(entry: Mapping[str, Any]) -> Iterator[_Flaw]:
    """What is wrong with the leaf or the criterion that an answer is to."""
    asks, criterion, sha = entry.get("asks"), entry.get("criterion"), entry.get("text_sha")
    if asks is None and criterion is None:
        help_ = "give `asks`, a leaf as rule sets write it, or `criterion`: TRIAL/id"
        yield "answer-to-what", "the answer does not say what it answers", "", help_
    if criterion is not None and not _CRITERION.fullmatch(criterion):
        yield "answer-criterion", "this names no criterion of a trial", "criterion", "write TRIAL/id"
    if criterion is not None and asks is None and sha is None:
        help_ = "add `text_sha`; `eligo form` gives it"
        yield "answer-text-sha", "the answer does not say which text of the criterion it answers", "", help_
    if sha is not None and not SHA.fullmatch(sha):
        yield "answer-text-sha", "this is not the hash of a text", "text_sha", "12 hex digits; `eligo form` gives them"


def _wrong_reply(entry: Mapping[str, Any]) -> Iterator[_Flaw]:
    """What is wrong with the yes or no, or the value, of an answer."""
    yes_no, value = entry.get("answer"), entry.get("value")
    if (yes_no is None) == (value is None):
        yield "answer-missing", "an answer is yes or no, or a value", "", "give `answer` or `value`, one of the two"
    elif yes_no is None and entry.get("asks") is None:
        yield "answer-value", "a criterion as a whole is answered with yes or no", "value", "give `answer`"
    if entry.get("unit") is not None and value is None:
        yield "answer-unit", "a unit goes with a value alone", "unit", "leave it out, or give the `value`"


Replies = dict[str, tuple[Reply, ...]]


def read_answers(path: str | Path, lenient: bool = False) -> tuple[Replies, tuple[Problem, ...]]:
    """The answers of a file by the id of the patient, and what is wrong with others; those are not among them.

    Raise `EligoError` where the file as a whole cannot be read.
    """
    return answers_of(read_bytes(path), str(path), lenient)


def answers_of(data: bytes, file: str, lenient: bool = False) -> tuple[Replies, tuple[Problem, ...]]:
    """The same of the bytes of such a file."""
    found: dict[str, list[Reply]] = {}
    problems = list[Problem]()
    for answer in _answers(data, file):
        entry, line, paths = answer.entry, answer.line, PublicPaths(answer.document)
        reply, findings = one_reply(entry, answer.path, file, lenient)
        if reply is not None:
            where = Place(file, line, path=reply.place.path)
            found.setdefault(entry["patient"], []).append(reply._replace(place=where))
        problems += [
            Problem(f.code, f.message, Place(file, line, path=paths.text(f.path)), f.help, f.severity) for f in findings
        ]
    return {patient: tuple(replies) for patient, replies in found.items()}, tuple(problems)


class _Answer(NamedTuple):
    """An answer of a file with its path in a document and, where that is one of many, the line."""

    entry: Any
    path: JsonPath
    document: Any
    line: int | None = None


def _answers(data: bytes, file: str) -> Iterator[_Answer]:
    """Each answer of a file."""
    try:
        whole = jsontext.read_json(data, file, of_patient=True)
    except EligoError:
        lines = [(n, line) for n, line in enumerate(data.splitlines(), 1) if line.strip()]
        if len(lines) < 2:
            raise
        for number, line in lines:
            entry = jsontext.read_json(line, file, of_patient=True)
            yield _Answer(entry, (), entry, number)
        return
    if isinstance(whole, dict) and "answers" not in whole and "patient" in whole:
        yield _Answer(whole, (), whole)
        return
    if not isinstance(whole, dict) or not isinstance(whole.get("answers"), list) or whole.keys() - _WHOLE:
        raise EligoError(Problem("answers-shape", "the file holds no answers", Place(file, 1, 1), _SHAPE))
    if whole.get("schema", SCHEMA) != SCHEMA:
        message = f"the answers are of another form than `{SCHEMA}`"
        raise EligoError(
            Problem("answers-schema", message, Place(file, 1, 1), "read them with the eligo that wrote them")
        )
    for i, entry in enumerate(whole["answers"]):
        named = {"patient": whole["patient"]} if "patient" in whole else {}
        yield _Answer(named | entry if isinstance(entry, dict) else entry, ("answers", i), whole)


_WHOLE = {"schema", "patient", "answers"}


def one_reply(entry: Any, path: JsonPath, file: str | None, lenient: bool) -> tuple[Reply | None, list[Noted]]:
    """One answer with its `patient`, or what is wrong with it."""
    severity: Severity = "warning" if lenient else "error"
    if not isinstance(entry, dict):
        return None, [Noted("wrong-type", "this must be an object", path, _SHAPE, severity)]
    patient = entry.get("patient")
    if not isinstance(patient, str) or not patient:
        message = "the answer does not say of which patient it is"
        return None, [Noted("answer-patient", message, path, "add `patient`: the id of the record", severity)]
    own, findings = {key: value for key, value in entry.items() if key != "patient"}, list[Noted]()
    if not is_well_formed({"answers": [own]}):
        from eligo.patients.schema import check  # lazily: an answer of the right form needs no pydantic

        rest, found = check({"answers": [own]}, lenient)
        findings = [replace(one, path=(*path, *one.path[2:])) for one in found]
        own = rest["answers"][0]
    if own is None:
        return None, findings
    reply, wrong = read_reply(own, path, file, lenient)
    return reply, findings + wrong


def reply_json(reply: Reply) -> dict[str, Any]:
    """An answer as a record holds it."""
    data = {
        "asks": json.loads(reply.asks) if reply.asks is not None else None,
        "criterion": reply.criterion,
        "text_sha": reply.text_sha,
        "answer": None if reply.answer is None else next(word for word, said in YES_NO.items() if said is reply.answer),
        "value": reply.value,
        "unit": reply.unit,
        "by": reply.by,
        "date": reply.day.isoformat(),
        "note": reply.note,
    }
    return {key: value for key, value in data.items() if value is not None}


def answers_text(replies: Mapping[str, tuple[Reply, ...]]) -> str:
    """An answers file: one object, an answer a line."""
    lines = [
        json.dumps({"patient": patient} | reply_json(r), ensure_ascii=False)
        for patient, of in replies.items()
        for r in of
    ]
    return f'{{"schema": "{SCHEMA}", "answers": [\n  ' + ",\n  ".join(lines) + "\n]}\n"
