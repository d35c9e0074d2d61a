"""The pages *Trials* and *Review*: a pasted page becomes a draft, and a person goes through it, item by item.

Two persons at once lose nothing: an answer counts for the item as it was shown, and one that somebody changed in the
meantime is shown as it is now, with what was sent beside it.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from markupsafe import Markup

from eligo.check import CheckFinding, check_text
from eligo.commands.import_many import import_one
from eligo.commands.import_pages import own_folder
from eligo.commands.review import open_json
from eligo.commands.rulefiles import trial_file
from eligo.commands.understood import criterion_json
from eligo.criteria import Criterion, Unparsed, leaves
from eligo.errors import EligoError, Place, Problem
from eligo.report.display import with_names, without_code
from eligo.report.page.markup import marked
from eligo.report.sentences import criterion_sentence, sentence
from eligo.ruleset import RuleSet, loads
from eligo.service.answer import Call, HttpAnswer
from eligo.service.guard import BODY
from eligo.service.pages import fields, fragment, go_to, name_in, page
from eligo.service.trials import known_trial
from eligo.standing import review_state
from eligo.textfile import linked, read_text, replace_text
from eligo.trials.reviewing import accept, attest, attestations, criterion_text, dismiss, edit, reword
from eligo.trials.sources import body_documents

MOST_TRIALS = 200  # of one upload


# --- trials


def trials(call: Call) -> HttpAnswer:
    """The trials of the folder, and where pages are pasted."""
    rules = call.bench.listed()
    rows = [
        {
            "trial": plan.trial,
            "title": plan.title,
            "criteria": len(plan.criteria),
            "drafts": sum(criterion.review == "draft" for criterion in plan.criteria),
        }
        for plan in rules.plans
    ]
    return page(call, "trials.html", rows=rows, problems=rules.problems, writes=call.bench.settings.rules is not None)


def add(call: Call) -> HttpAnswer:
    """Make drafts of a page, a protocol's section or records, and lead to their review."""
    given = fields(call, "text", "trial")
    by = name_in(call, given)
    folder = own_folder(call.bench.settings.rules)
    done, found = dict[str, str](), list[str]()
    documents = list(body_documents(given["text"].encode(), BODY))
    if len(documents) > MOST_TRIALS:
        raise EligoError(Problem("too-many", f"these are more than {MOST_TRIALS} trials", Place(BODY)))
    for document in documents:
        imported = import_one(document, folder, given["trial"] or None, done)
        found.append(imported.ruleset.trial)
        call.bench.store.note(by, "imported", imported.ruleset.trial)
    return go_to(f"/review/{found[0]}" if len(found) == 1 else "/trials")


# --- review


def review(call: Call) -> HttpAnswer:
    """Each item of a trial beside how it is understood, with what a person can do about it."""
    path, text = _file(call)
    ruleset = loads(text, str(path))
    findings = _findings(text, ruleset)
    items = [_item(ruleset, text, criterion, findings) for criterion in ruleset.criteria]
    still = sum(item["state"] == "draft" for item in items)
    data = {"trial": ruleset.trial, "title": ruleset.title, "notes": ruleset.notes, "items": items, "still": still}
    return page(call, "review.html", **data, topics=attestations())


def answer(call: Call) -> HttpAnswer:
    """Take an answer about one item, write it into the file, and show the item as it is then."""
    given = fields(call, "action", "value", "reason", "seen")
    by, name = name_in(call, given), call.path["id"]
    own_folder(call.bench.settings.rules)  # what comes with eligo is only read
    path, text = _file(call)
    before = _criterion(loads(text, str(path)), name)
    if given["seen"] != seen(text, before):
        return _shown(text, before, given["value"] or given["action"], 409)
    day = datetime.date.today().isoformat()  # a fact about the review, which no screening reads
    new = _answered(text, before, given, by, day)
    replace_text(linked(path), text, new)
    call.bench.store.note(by, f"review: {given['action']}", f"{call.path['trial']}/{name}")
    return _shown(new, _criterion(loads(new), name))


def preview(call: Call) -> HttpAnswer:
    """How a criterion would be read in other words."""
    given = fields(call, "value")
    path, text = _file(call)
    criterion = _criterion(loads(text, str(path)), call.path["id"])
    if not given["value"]:
        return fragment("review_parts.html", "reads", {"said": ""})
    new = _criterion(loads(reword(text, criterion.id, given["value"], "-", "2000-01-01")), criterion.id)
    return fragment("review_parts.html", "reads", {"said": criterion_sentence(new)})


def words(call: Call) -> HttpAnswer:
    """Every word of an item in the role in which it was read, and what became of the item."""
    path, text = _file(call)
    criterion = _criterion(loads(text, str(path)), call.path["id"])
    roles = criterion_json(criterion)["account"]
    steps = call.bench.store.trail(f"{call.path['trial']}/{criterion.id}")
    return fragment("review_parts.html", "words", {"roles": roles, "steps": steps})


def _answered(text: str, criterion: Criterion, given: Mapping[str, str], by: str, day: str) -> str:
    """The file with the answer; raise `EligoError` where it cannot hold it."""
    name, value = criterion.id, given["value"]
    actions: dict[str, Callable[[], str]] = {
        "accept": lambda: accept(text, name, by, day),
        "reading": lambda: accept(text, name, by, day, int(value) - 1 if value.isdecimal() else -1),
        "words": lambda: reword(text, name, _said(value), by, day),
        "edit": lambda: edit(text, name, _said(value), by, day, given["reason"] or "no reason given"),
        "attest": lambda: attest(text, name, value, by, day),
        "not": lambda: dismiss(text, name, by, day, _said(value)),
    }
    if given["action"] not in actions:
        raise EligoError(Problem("body", "the page sends no such answer", help=f"it is one of {', '.join(actions)}"))
    return actions[given["action"]]()


def _said(value: str) -> str:
    if not value:
        raise EligoError(Problem("answer-missing", "nothing was written", help="write it into the field"))
    return value


def _file(call: Call) -> tuple[Path, str]:
    """The file of the trial and what it holds."""
    trial = known_trial(call.bench.rules(), call.path["trial"])
    path = trial_file(trial, call.bench.settings.rules)
    return path, read_text(path)


def _criterion(ruleset: RuleSet, name: str) -> Criterion:
    found = next((criterion for criterion in ruleset.criteria if criterion.id == name), None)
    if found is None:
        raise EligoError(Problem("not-found", "the trial has no such item", help="load the page again"))
    return found


def seen(text: str, criterion: Criterion) -> str:
    """What tells the item as it is shown from any other state of it."""
    return hashlib.sha256(criterion_text(text, criterion.id).encode()).hexdigest()[:16]


def _findings(text: str, ruleset: RuleSet) -> dict[str, list[CheckFinding]]:
    """What `eligo check` finds, by the item that it is about."""
    found: dict[str, list[CheckFinding]] = {criterion.id: [] for criterion in ruleset.criteria}
    for finding in check_text(text).findings:
        for name in finding.criteria:
            found.get(name, []).append(finding)
    return found


def _shown(text: str, criterion: Criterion, conflict: str = "", status: int = 200) -> HttpAnswer:
    """An item as it is now, with what was sent about it where that was about another state of it."""
    ruleset = loads(text)
    one = _item(ruleset, text, criterion, _findings(text, ruleset))
    states = [review_state(each) for each in ruleset.criteria]
    data: dict[str, object] = {"trial": ruleset.trial, "one": one, "topics": attestations(), "conflict": conflict}
    data |= {"still": states.count("draft"), "all": len(states)}
    return fragment("review_parts.html", "answered", data, status)


def _item(
    ruleset: RuleSet, text: str, criterion: Criterion, findings: Mapping[str, Iterable[CheckFinding]]
) -> dict[str, object]:
    """What the template shows of an item."""
    ids = [one.id for one in ruleset.criteria]
    parts = list(leaves(criterion.predicate))
    spans = [leaf.span for leaf in parts if leaf.span and not isinstance(leaf, Unparsed)]
    ambiguous, review_ = criterion.ambiguous, criterion.review
    return {
        **open_json(criterion),
        "words": Markup(marked(criterion.text, spans)),
        "reads": criterion_sentence(criterion),
        "unread": any(isinstance(leaf, Unparsed) for leaf in parts),
        "notes": [with_names(without_code(note), ids) for note in criterion.notes],
        "why": ambiguous.why if ambiguous else "",
        "readings": [sentence(reading) for reading in ambiguous.readings] if ambiguous else [],
        "state": review_state(criterion),
        "by": " ".join(filter(None, (review_.by, str(review_.date or "")))),
        "note": review_.note or "",
        "yaml": criterion_text(text, criterion.id),
        "seen": seen(text, criterion),
        "findings": [finding.as_problem() for finding in findings[criterion.id]],
    }
