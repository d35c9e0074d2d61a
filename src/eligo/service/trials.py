"""What requests ask of trials and their texts: rules, forms, and how a sentence is read."""

from __future__ import annotations

import argparse

from eligo.commands.rulefiles import trial_file
from eligo.commands.verdicts import chosen
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.isolation import Isolated
from eligo.jsontext import read_json
from eligo.plan import Plan
from eligo.report.jsonline import json_line
from eligo.screening import Rules
from eligo.service.answer import CSV, FHIR_JSON, HTML, Call, HttpAnswer, json_answer
from eligo.service.guard import BODY
from eligo.service.options import arguments
from eligo.service.sheet import style_policy
from eligo.truth import KINDS
from eligo.version import __version__

TRIALS = ("trial", "exclude-trial")
FORM = (*TRIALS, "format")
LONGEST_TEXT = 200_000  # characters of a page to read
_PARSE_KEYS = {"text", "kind", "page"}
_MEDIA = {"csv": CSV, "html": HTML, "questionnaire": FHIR_JSON}


def health(call: Call) -> HttpAnswer:
    """Say that the server works, and with what."""
    rules = call.bench.listed()
    return json_answer({"status": "ok", "version": __version__, "trials": len(rules.plans)})


def rules(call: Call) -> HttpAnswer:
    """List the trials, and what is wrong with files of rules that could not be used."""
    _no_options(call)
    found = call.bench.listed()
    problems = [problem.as_json() for problem in found.problems]
    return json_answer({"trials": [_listed(plan) for plan in found.plans], "problems": problems})


def _listed(plan: Plan) -> dict[str, object]:
    drafts = sum(criterion.review == "draft" for criterion in plan.criteria)
    counts = {"criteria": len(plan.criteria), "drafts": drafts}
    return {"trial": plan.trial, "title": plan.title, **counts, "rules_sha256": plan.sha256}


def rule_set(call: Call) -> HttpAnswer:
    """Give the rule set of one trial: as its file has it, and each criterion in a sentence."""
    from eligo.commands.explain_rules import (
        ruleset_json,  # lazily, as the others: a start does without YAML and grammar
    )
    from eligo.ruleset import dumps, load
    from eligo.yamltext import read_yaml

    _no_options(call)
    found = load(trial_file(known_trial(call.bench.rules(), call.path["trial"]), call.bench.settings.rules))
    data = read_yaml(dumps(found)).data
    return json_answer({"ruleset": data, "sentences": ruleset_json(found)["criteria"]})


def known_trial(found: Rules, trial: str) -> str:
    """The trial of this name among the rules; no name leads to a file in another way."""
    return found.only([trial]).plans[0].trial


def form_of(call: Call) -> HttpAnswer:
    """Write what trials ask as a worksheet: CSV, a page, or a FHIR Questionnaire."""
    from eligo.commands import form

    args = arguments(form, FORM, call.query)
    if not args.trial:
        raise EligoError(Problem("usage", "no trial is named", help="add `trial=NCT...`"))
    text = form.form_text(argparse.Namespace(**{**vars(args), "trials": []}), call.bench.rules())
    media = _MEDIA[args.format]
    return HttpAnswer(text, media, headers=(("content-security-policy", style_policy(text)),) if media == HTML else ())


def data_requirements(call: Call) -> HttpAnswer:
    """The data requirements of trials, as a FHIR Library."""
    from eligo.commands import form
    from eligo.requirements import library

    args = arguments(form, TRIALS, call.query)
    return HttpAnswer(json_line(library(chosen(call.bench.rules(), args, args.trial).plans)), FHIR_JSON)


def parse(call: Call) -> HttpAnswer:
    """Read a sentence, or with `page` a whole text, as `eligo parse --json` does."""
    from eligo.commands import understood
    from eligo.commands.bulk import read_criterion

    _no_options(call)
    data = read_json(call.body, BODY, len(call.body))
    if not isinstance(data, dict) or not isinstance(data.get("text"), str) or data.keys() - _PARSE_KEYS:
        raise EligoError(
            Problem("body", "the body is no text to read", Place(BODY), "send `text`, and `kind` or `page`")
        )
    text, kind, page = data["text"], data.get("kind", "inclusion"), data.get("page", False)
    if kind not in KINDS or not isinstance(page, bool):
        help_text = did_you_mean(str(kind), KINDS) or f"`kind` is one of {', '.join(KINDS)}; `page` is true or false"
        raise EligoError(Problem("body", "the body does not say what the text is", Place(BODY), help_text))
    if len(text) > LONGEST_TEXT:
        raise EligoError(Problem("text-too-long", f"the text is longer than {LONGEST_TEXT} characters", Place(BODY)))
    found = understood.document_criteria(text, BODY) if page else (read_criterion(text, kind)[0],)
    return json_answer({"criteria": [understood.criterion_json(criterion) for criterion in found]})


def imports(call: Call) -> HttpAnswer:
    """Make drafts of a page, criteria or records, as `eligo import --json` does; one that is none stops no other."""
    from eligo.commands.import_many import import_one
    from eligo.commands.import_pages import own_folder
    from eligo.commands.imported import report_of
    from eligo.trials.sources import body_documents

    _no_options(call)
    data = read_json(call.body, BODY, len(call.body))
    if not isinstance(data, dict) or data.keys() - {"text", "trial"} or not isinstance(data.get("text"), str):
        raise EligoError(Problem("body", "the body is no text of a trial", Place(BODY), "send `text`, and `trial`"))
    if not isinstance(data.get("trial", ""), str):
        raise EligoError(Problem("body", "`trial` is no text", Place(BODY, path="trial")))
    folder, done = own_folder(call.bench.settings.rules), dict[str, str]()
    found, problems = list[dict[str, object]](), list[Problem]()
    for document in body_documents(data["text"].encode(), BODY):
        with Isolated(Place(document.file)) as unit:
            found.append(report_of(import_one(document, folder, data.get("trial") or None, done)).as_json())
        problems += unit.problems
    if not found:
        raise EligoError(problems)
    return json_answer({"imported": found, "problems": [problem.as_json() for problem in problems]})


def _no_options(call: Call) -> None:
    if call.query:
        raise EligoError(Problem("unknown-option", "this takes no options"))
