"""The workbench over HTTP: what is sent is kept or refused whole, and nobody overwrites what another one decided."""

from __future__ import annotations

import contextlib
import html
import http.client
import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eligo.cli import build_parser
from eligo.errors import EligoError
from eligo.ruleset import load
from eligo.service.settings import Settings
from eligo.service.state import NAME, Store
from tests.serving import Reply, Served, served

ROOT = Path(__file__).resolve().parents[1]
RECORD = (ROOT / "patients_examples" / "missing_bilirubin_leaves_two_open.json").read_text("utf-8")
BUNDLE = (ROOT / "patients_examples" / "formats" / "bundle.json").read_text("utf-8")
TABLE = (ROOT / "patients_examples" / "formats" / "long.csv").read_text("utf-8")
PAGE = """NCT01234567
Inclusion Criteria:
1. Adults aged 18 to 65 years
2. Total bilirubin above 85 umol/L and INR > 1.5

Exclusion Criteria:
1. Platelets below 20 x 10^9/L
2. HIV infection unless controlled by the flurb protocol
"""
ROUNDS = 3  # in which a server is killed at some moment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for rules and state."""
    (tmp_path / "rules").mkdir()
    return tmp_path


@pytest.fixture
def bench(folder: Path) -> Iterator[Served]:
    """A server with a folder of rules of its own, and a state."""
    with served(Settings(frozenset(), rules=str(folder / "rules"), state=str(folder / "state"))) as found:
        yield found


@pytest.fixture(scope="module")
def shipped() -> Iterator[Served]:
    """A server with the trials that come with eligo, and no folder of a state."""
    with served() as found:
        yield found


def _key(reply: Reply) -> str:
    return reply.headers["hx-redirect"].rpartition("/")[2]


def _added(server: Served, record: str = RECORD) -> str:
    return _key(server.post("/screen", {"record": record, "as_of": "2026-11-20", "by": "AB"}))


def _drafted(server: Served) -> str:
    reply = server.post("/trials", {"text": PAGE, "trial": "", "by": "AB"})
    assert reply.headers["hx-redirect"] == "/review/NCT01234567"
    return server.get("/review/NCT01234567").body.decode()


def _seen(page: str, item: str) -> str:
    article = page.partition(f'id="item-{item}"')[2]
    found = re.search(r'name="seen" value="([0-9a-f]+)"', article)
    assert found is not None
    return found[1]


def _decide(server: Served, page: str, item: str, **fields: str) -> Reply:
    sent = {"action": "accept", "seen": _seen(page, item), "by": "AB", **fields}
    return server.post(f"/review/NCT01234567/{item}", sent)


@pytest.mark.parametrize("record", [RECORD, BUNDLE, TABLE], ids=["native", "bundle", "table"])
def test_a_record_of_every_kind_is_kept_and_shown(shipped: Served, record: str) -> None:
    reply = shipped.post("/screen", {"record": record, "as_of": "2026-11-20", "by": "AB"})
    page = shipped.get(f"/screen/{_key(reply)}").body.decode()

    assert reply.status == 200
    assert 'id="verdicts"' in page
    assert "Open points" in page or "<strong" in page


def test_records_that_come_together_are_kept_each_for_itself(bench: Served, folder: Path) -> None:
    _drafted(bench)
    one, two = json.loads(RECORD), {**json.loads(RECORD), "id": "another"}

    reply = bench.post("/screen", {"record": f"{json.dumps(one)}\n{json.dumps(two)}", "by": "AB"})

    assert reply.headers["hx-redirect"] == "/"
    assert {record.patient for record in Store(str(folder / "state")).records()} == {one["id"], "another"}


@pytest.mark.parametrize("record", ["", "{", '{"labz": {}}', "<html>", '{"id": "a"}\n{"id": '])
def test_a_broken_upload_leaves_all_as_it_was(bench: Served, folder: Path, record: str) -> None:
    _drafted(bench)
    _added(bench)
    before = Store(str(folder / "state")).records()

    reply = bench.post("/screen", {"record": record, "by": "AB"})

    assert reply.status == 422
    assert reply.headers["hx-retarget"] == "#alert"
    assert b'class="code"' in reply.body
    assert Store(str(folder / "state")).records() == before


def test_an_answer_moves_the_verdict_and_is_kept_with_who_and_when(shipped: Served) -> None:
    key = _added(shipped)

    wrong = shipped.post(f"/screen/{key}/answers", {"question": "total_bilirubin", "answer": "many", "by": "CD"})
    right = shipped.post(f"/screen/{key}/answers", {"question": "total_bilirubin", "answer": "300 umol/L", "by": "CD"})
    page = html.unescape(shipped.get(f"/screen/{key}").body.decode())

    assert wrong.status == 422
    assert "NCT06884904: undetermined before, now eligible" in right.body.decode()
    assert "(CD, 2026-11-20)" in page
    assert "Open points" not in page


def test_a_record_can_begin_with_nothing_and_be_filled_in(bench: Served) -> None:
    _drafted(bench)
    person = {"patient": "new-01", "as_of": "2026-11-20", "age": "44 years", "sex": ""}
    begun = bench.post("/screen/begin", {**person, "by": "AB"})
    wrong = bench.post("/screen/begin", {**person, "as_of": "soon", "by": "AB"})
    key, said = _key(begun), {"total_bilirubin": "90 umol/L", "inr": "1.9", "platelets": "64 10*9/L"}
    page = bench.get(f"/screen/{key}").body.decode()
    for question, answer in said.items():
        reply = bench.post(f"/screen/{key}/answers", {"question": question, "answer": answer, "by": "AB"})
        assert reply.status == 200

    assert wrong.status == 422
    assert page.count('class="ask"') >= len(said)
    after = bench.get(f"/screen/{key}").body.decode()
    assert after.count('class="ask"') == page.count('class="ask"') - len(said)


def test_the_paper_of_a_record_counts_the_answers(shipped: Served) -> None:
    key = _added(shipped)
    shipped.post(f"/screen/{key}/answers", {"question": "total_bilirubin", "answer": "300 umol/L", "by": "CD"})

    paper = shipped.get(f"/screen/{key}/paper")

    assert b"answered by CD" in paper.body
    assert b"<script" not in paper.body


def test_a_record_that_is_forgotten_is_gone_with_its_answers(bench: Served, folder: Path) -> None:
    _drafted(bench)
    key = _added(bench)
    bench.post(f"/screen/{key}/forget", {"by": "AB"})

    assert bench.get(f"/screen/{key}", {"accept": "text/html"}).status == 404
    state = b"".join(path.read_bytes() for path in (folder / "state").iterdir())
    assert Store(str(folder / "state")).records() == []
    assert b"acute-on-chronic liver failure" not in state


def test_a_draft_is_reviewed_item_by_item(bench: Served, folder: Path) -> None:
    page = _drafted(bench)
    steps = {
        "I1": {"action": "accept"},
        "I2": {"action": "words", "value": "Total bilirubin > 85 umol/L and INR > 1.5"},
        "E1": {"action": "not", "value": "of the other part"},
        "E2": {"action": "attest", "value": "investigator_judgement"},
    }
    replies = {item: _decide(bench, page, item, **fields) for item, fields in steps.items()}

    ruleset = load(folder / "rules" / "NCT01234567.yaml")
    assert [reply.status for reply in replies.values()] == [200, 200, 200, 200]
    assert [(c.id, c.review.state, c.review.by) for c in ruleset.criteria] == [
        ("I1", "reviewed", "AB"),
        ("I2", "edited", "AB"),
        ("E1", "edited", "AB"),
        ("E2", "edited", "AB"),
    ]
    assert "All 4 items are reviewed" in replies["E2"].body.decode()
    trail = [(step.by, step.what, step.about) for step in Store(str(folder / "state")).trail()]
    assert ("AB", "review: attest", "NCT01234567/E2") in trail


def test_what_an_item_cannot_be_is_refused_and_the_file_stays(bench: Served, folder: Path) -> None:
    page, file = _drafted(bench), folder / "rules" / "NCT01234567.yaml"
    before = file.read_bytes()
    wrong = [
        {"action": "edit", "value": "- id: I1\n  kind: nothing\n"},
        {"action": "edit", "value": "- id: I9\n  kind: inclusion\n  text: x\n  when: {always: x}\n"},
        {"action": "attest", "value": "nobody states this"},
        {"action": "reading", "value": "7"},
        {"action": "words", "value": ""},
        {"action": "not", "value": ""},
        {"action": "delete", "value": "x"},
    ]

    replies = [_decide(bench, page, "I1", **fields) for fields in wrong]

    assert {reply.status for reply in replies} <= {400, 422}
    assert all(reply.headers["hx-retarget"] == "#alert" for reply in replies)
    assert file.read_bytes() == before


def test_who_answers_an_item_that_another_one_changed_sees_both_and_overwrites_nothing(
    bench: Served, folder: Path
) -> None:
    page, file = _drafted(bench), folder / "rules" / "NCT01234567.yaml"
    first = _decide(bench, page, "I2", by="AB")
    kept = file.read_bytes()

    second = _decide(bench, page, "I2", action="words", value="INR > 2", by="CD")
    other = _decide(bench, page, "E1", by="CD")

    assert (first.status, second.status, other.status) == (200, 409, 200)
    assert "Somebody changed this item meanwhile" in second.body.decode()
    assert "INR &gt; 2" in second.body.decode()
    assert "reviewed by AB" in second.body.decode()
    assert load(file).criteria[1] == load_bytes(kept, folder).criteria[1]


def load_bytes(data: bytes, folder: Path) -> Any:
    """The rule set of the bytes of a file."""
    file = folder / "kept.yaml"
    file.write_bytes(data)
    return load(file)


def test_two_who_review_at_once_lose_nothing(bench: Served, folder: Path) -> None:
    page = _drafted(bench)
    replies = list[Reply]()

    def decide(item: str, by: str) -> None:
        for _ in range(20):  # the file may be written in between; the page would show that, and be sent again
            reply = _decide(bench, page, item, by=by)
            if reply.status == 200:
                replies.append(reply)
                return

    pairs = zip(("I1", "I2", "E1", "E2"), "ABCD", strict=True)
    threads = [threading.Thread(target=decide, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = {c.id: c.review.by for c in load(folder / "rules" / "NCT01234567.yaml").criteria}
    assert len(replies) == 4
    assert found == {"I1": "A", "I2": "B", "E1": "C", "E2": "D"}


def test_the_trials_that_come_with_eligo_are_only_read(shipped: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELIGO_RULES", raising=False)
    page = shipped.get("/review/NCT05727722").body.decode()
    item = re.search(r'id="item-([^"]+)"', page)
    assert item is not None

    sent = {"action": "accept", "seen": _seen(page, item[1]), "by": "A"}
    decided = shipped.post(f"/review/NCT05727722/{item[1]}", sent)
    drafted = shipped.post("/trials", {"text": PAGE, "by": "A"})

    assert b"no-folder" in decided.body
    assert b"no-folder" in drafted.body


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/screen", {"record": RECORD, "more": "x"}),
        ("/screen", {"record": 1}),
        ("/screen", []),
        ("/trials", {"text": PAGE, "trial": "../../etc/passwd", "by": "A"}),
        ("/trials", {"text": "", "by": "A"}),
        ("/review/NCT01234567/I1", {"action": "accept", "by": "A"}),
        ("/review/NCT01234567/I99", {"action": "accept", "by": "A"}),
        ("/review/..%2f..%2fx/I1", {"action": "accept", "by": "A"}),
        ("/screen/none/answers", {"question": "1", "answer": "2", "by": "A"}),
        ("/screen/none/forget", {"by": "A"}),
        ("/screen", {"record": RECORD, "by": "x" * 200}),
        ("/screen", {"record": RECORD, "by": "a\nb"}),
    ],
)
def test_what_no_page_sends_is_refused(bench: Served, folder: Path, path: str, body: object) -> None:
    _drafted(bench)
    before = sorted(folder.rglob("*.yaml"))

    reply = bench.post(path, body)

    assert 400 <= reply.status < 500
    assert sorted(folder.rglob("*.yaml")) == before


def test_a_session_begins_with_the_token_and_its_cookie_goes_nowhere_else() -> None:
    token = "0123456789abcdef0123"
    with served(Settings(frozenset(), token=token)) as server:
        led = server.get("/", {"accept": "text/html"})
        wrong = server.post("/login", {"token": "x"})
        right = server.post("/login", {"token": token})
        cookie = right.headers["set-cookie"]
        inside = server.get("/", {"cookie": cookie.partition(";")[0]})

    assert (led.status, led.headers["location"]) == (303, "/login")
    assert (wrong.status, right.status, inside.status) == (401, 200, 200)
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert token not in cookie


def test_a_state_that_is_none_is_named_and_left_alone(folder: Path) -> None:
    (folder / NAME).write_bytes(b"no database at all, but a text of some length" * 40)
    before = (folder / NAME).read_bytes()
    later = folder / "later"
    later.mkdir()
    with sqlite3.connect(later / NAME) as database:
        database.execute("pragma user_version = 99")

    with pytest.raises(EligoError, match="the state cannot be used"):
        Store(str(folder)).records()
    with pytest.raises(EligoError, match="another version"):
        Store(str(later)).records()

    assert (folder / NAME).read_bytes() == before


def test_the_state_is_readable_by_its_owner_alone(folder: Path) -> None:
    Store(str(folder / "state")).note("AB", "tried", "x")

    assert [oct(path.stat().st_mode & 0o077) for path in (folder / "state").iterdir()] == ["0o0"] * len(
        list((folder / "state").iterdir())
    )
    assert (folder / "state").stat().st_mode & 0o077 == 0


def test_the_worklist_is_a_matrix_with_what_became_of_each(shipped: Served) -> None:
    key = _added(shipped)
    sent = {"state": "screen failure", "note": "I1", "by": "AB"}

    cell = shipped.post(f"/worklist/{key}/NCT03460795", sent).body.decode()
    wrong = shipped.post(f"/worklist/{key}/NCT03460795", {"state": "eaten", "by": "AB"})
    whole = shipped.get("/worklist").body.decode()
    failed = shipped.get("/worklist?state=screen%20failure").body.decode()
    answered = shipped.get("/worklist?state=answered").body.decode()

    trail = shipped.get("/trail.csv").body.decode().splitlines()
    assert trail[0] == "at,by,what,about"
    assert trail[1].endswith(f",AB,marked: screen failure,{key} NCT03460795")
    assert "screen failure: I1 (AB, " in cell
    assert wrong.status == 400
    assert whole.count(f"/screen/{key}#") == 5
    assert f"/screen/{key}" in failed
    assert f"/screen/{key}" not in answered
    assert "There is nobody here with this filter" in answered
    assert shipped.get("/worklist?verdict=perhaps").status == 400


def test_the_worklist_follows_answers_and_rules(bench: Served, folder: Path) -> None:
    _drafted(bench)
    key = _added(bench)
    before = bench.get("/worklist?verdict=undetermined").body.decode()
    shown = bench.get(f"/screen/{key}").body.decode()
    bench.post(f"/screen/{key}/answers", {"question": "total_bilirubin", "answer": "3 umol/L", "by": "A"})
    after = bench.get("/worklist?verdict=ineligible").body.decode()
    file = folder / "rules" / "NCT01234567.yaml"
    file.write_text(file.read_text("utf-8").replace("limit: 85", "limit: 1"), "utf-8")
    changed = bench.get("/worklist?verdict=ineligible").body.decode()

    assert "What was the latest total bilirubin?" in shown
    assert key in before
    assert key in after
    assert key not in changed


def test_the_worklist_as_csv_holds_no_formula(shipped: Served) -> None:
    record = json.dumps({**json.loads(RECORD), "id": "=HYPERLINK(1)"})
    _added(shipped, record)

    lines = shipped.get("/worklist.csv?new=yes").body.decode().splitlines()

    assert lines[0] == "patient,as_of,trial,verdict,blocks,open,state,note,by,at"
    mine = [line for line in lines if "HYPERLINK" in line]
    assert len(mine) == 5
    assert all(line.startswith("'=HYPERLINK(1),2026-11-20,NCT") for line in mine)


def test_records_are_there_from_the_start_and_once(folder: Path) -> None:
    (folder / "records").mkdir()
    (folder / "records" / "one.json").write_text(RECORD, "utf-8")
    (folder / "records" / "wrong.json").write_text("{", "utf-8")
    settings = Settings(frozenset(), state=str(folder / "state"), records=(str(folder / "records"),))
    for _ in range(2):
        with served(settings) as server:
            page = server.get("/worklist").body.decode()

    assert page.count("missing_bilirubin_leaves_two_open</a>") == 1
    assert len(Store(str(folder / "state")).records()) == 1


@pytest.mark.parametrize("name", ["Containerfile", "eligo.service"])
def test_what_runs_the_service_elsewhere_uses_options_that_there_are(name: str) -> None:
    text = (ROOT / "docs" / name).read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith(("ENTRYPOINT", "ExecStart")))
    words = [str(word).strip('",[]') for word in line.replace("ExecStart=", "ExecStart= ").split()]
    arguments = words[words.index("serve") :]

    args = build_parser(arguments).parse_args(arguments)

    assert args.state
    assert args.rules


def _started(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A server in a process of its own, on the state of the folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["serve", "--port", str(port), "--rules", str(ROOT / "rules"), "--state", str(folder), "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "eligo", *words]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    for _ in range(600):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            break
        time.sleep(0.02)
    return process, port


def kill_and_compare(folder: Path, rounds: int, chance: random.Random) -> tuple[int, int]:
    """Kill a server in each round while it takes records; how many it accepted, and how many of them it kept."""
    accepted, kept = set[str](), set[str]()
    for _ in range(rounds):
        process, port = _started(folder / "state")
        server = Served(port)
        timer = threading.Timer(chance.uniform(0.0, 0.4), process.send_signal, [signal.SIGKILL])
        with contextlib.suppress(OSError, http.client.HTTPException):  # it has gone
            server.post("/screen", {"record": '{"id": "first", "as_of": "2026-11-20"}', "by": "A"})
            timer.start()
            while True:
                name = f"p{len(accepted)}"
                record = json.dumps({"id": name, "as_of": "2026-11-20"})
                if server.post("/screen", {"record": record, "by": "A"}).status == 200:
                    accepted.add(name)
        timer.join()
        process.wait()
        kept = {record.patient for record in Store(str(folder / "state")).records()}
        assert accepted <= kept
    return len(accepted), len(accepted & kept)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_killed_server_loses_no_record_that_it_accepted(folder: Path) -> None:
    accepted, kept = kill_and_compare(folder, ROUNDS, random.Random(1))

    assert accepted == kept > 0
