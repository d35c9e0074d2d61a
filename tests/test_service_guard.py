"""What may come in: nobody but who may, no more than is bounded, and nothing of a patient in the log."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from eligo.bounds import MEGABYTE
from eligo.service import guard
from eligo.service.settings import Settings
from tests.serving import HOST, Served, served

ROOT = Path(__file__).resolve().parents[1]
RECORD = (ROOT / "patients_examples" / "low_platelets.json").read_bytes()
API = "/api/v1"
TOKEN = "5f1c0d7a9b3e48d2a6c4"
LINE = re.compile(r"(GET|HEAD|POST|DELETE|-) (-|/[a-z0-9./{}-]*) [1-5][0-9][0-9] [0-9]+\.[0-9]\n")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server that takes 1 MB."""
    with served(Settings(frozenset(), max_bytes=MEGABYTE)) as found:
        yield found


class Hostile(NamedTuple):
    """A request that is refused, and how."""

    status: int
    method: str = "POST"
    path: str = f"{API}/screen"
    headers: Mapping[str, str] = {}
    body: bytes | None = RECORD


_LARGE = b'{"id": "' + b"a" * MEGABYTE + b'"}'
HOSTILE = {
    "foreign_host": Hostile(421, headers={"host": "evil.example"}),
    "rebinding_name": Hostile(421, headers={"host": "127.0.0.1.nip.io:8642"}),
    "host_without_port": Hostile(421, headers={"host": HOST}),
    "host_with_user": Hostile(421, headers={"host": f"{HOST}@evil.example"}),
    "foreign_origin": Hostile(403, headers={"origin": "https://evil.example"}),
    "null_origin": Hostile(403, headers={"origin": "null"}),
    "origin_like_ours": Hostile(403, headers={"origin": f"http://{HOST}.evil.example"}),
    "cross_site_fetch": Hostile(403, headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}),
    "same_site_script": Hostile(403, "GET", f"{API}/rules", {"sec-fetch-site": "same-site"}, None),
    "form_of_a_page": Hostile(415, headers={"content-type": "application/x-www-form-urlencoded"}, body=b"a=b"),
    "upload_of_a_page": Hostile(415, headers={"content-type": "multipart/form-data; boundary=x"}, body=b"--x--"),
    "text_of_a_page": Hostile(415, headers={"content-type": "text/plain"}),
    "no_type": Hostile(415, headers={"content-type": ""}),
    "packed_body": Hostile(415, headers={"content-encoding": "gzip"}),
    "too_large": Hostile(413, body=_LARGE),
    "too_large_in_words": Hostile(413, headers={"content-length": "99999999999"}, body=b"{}"),
    "method_override": Hostile(400, headers={"x-http-method-override": "DELETE"}),
    "method_in_query": Hostile(400, "GET", f"{API}/rules?_method=DELETE", body=None),
    "unknown_method": Hostile(405, "PROPFIND", f"{API}/rules", body=None),
    "trace": Hostile(405, "TRACE", f"{API}/rules", body=None),
    "traversal": Hostile(404, "GET", f"{API}/rules/..%2f..%2fetc%2fpasswd", body=None),
    "traversal_plain": Hostile(404, "GET", f"{API}/rules/../../../etc/passwd", body=None),
    "file_of_rules": Hostile(404, "GET", f"{API}/rules/rules%2fNCT05727722.yaml", body=None),
    "script_in_a_name": Hostile(404, "GET", f"{API}/rules/%3Cscript%3Ealert(1)%3C%2Fscript%3E", body=None),
    "null_character": Hostile(404, "GET", f"{API}/rules/NCT%00.yaml", body=None),
    "long_address": Hostile(414, "GET", f"{API}/rules?a={'a' * 9000}", body=None),
    "file_as_option": Hostile(400, path=f"{API}/screen?site=/etc/passwd"),
    "output_as_option": Hostile(400, path=f"{API}/screen?html=/tmp/x"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_is_refused_in_so_many_words(server: Served, name: str) -> None:
    sent = HOSTILE[name]

    reply = server.ask(sent.method, sent.path, sent.body, sent.headers)

    assert reply.status == sent.status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.data["status"] == sent.status
    assert b"<script>" not in reply.body or reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", [f"{API}/health", f"{API}/rules/none", "/nowhere", f"{API}/openapi.json"])
def test_every_answer_says_what_browsers_may_do_with_it(server: Served, path: str) -> None:
    headers = server.get(path).headers

    assert {name: headers[name] for name in guard.HEADERS} == guard.HEADERS
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


def test_a_script_in_an_id_or_a_title_is_text_on_the_page(server: Served) -> None:
    record = json.dumps({"id": "<script>alert(1)</script>", "as_of": "2026-11-20", "labs": {"INR": 1.9}})

    reply = server.post(f"{API}/audit", record, {"accept": "text/html"})

    assert reply.status == 200
    assert b"<script" not in reply.body
    assert b"&lt;script&gt;alert(1)" in reply.body


def test_the_limit_counts_bodies_that_do_not_say_their_size(server: Served) -> None:
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    headers = {"host": server.host, "content-type": "application/json", "transfer-encoding": "chunked"}
    try:
        connection.request("POST", f"{API}/screen", iter([b" " * 65536] * 40), headers, encode_chunked=True)
        reply = connection.getresponse()
        status, codes = reply.status, json.loads(reply.read())["problems"][0]["code"]
    except (BrokenPipeError, ConnectionResetError):  # it answered and went before all was sent
        status, codes = 413, "file-too-large"
    finally:
        connection.close()

    assert (status, codes) == (413, "file-too-large")


def test_a_body_that_stops_is_not_waited_for(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PATIENCE", 0.2)
    with socket.create_connection((HOST, server.port), timeout=20) as client:
        head = f"POST {API}/screen HTTP/1.1\r\nhost: {server.host}\r\ncontent-type: application/json\r\n"
        client.sendall(f"{head}content-length: 100\r\n\r\n{{".encode())
        answer = client.recv(4096)

    assert answer.startswith(b"HTTP/1.1 408")


def test_no_more_than_so_many_requests_are_under_way_and_the_rest_may_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "PATIENCE", 10.0)
    with served(Settings(frozenset(), most=2)) as server:
        waiting = [socket.create_connection((HOST, server.port)) for _ in range(2)]
        head = f"POST {API}/screen HTTP/1.1\r\nhost: {server.host}\r\ncontent-type: application/json\r\n"
        for client in waiting:
            client.sendall(f"{head}content-length: 2\r\n\r\n".encode())
        time.sleep(0.3)
        refused = server.post(f"{API}/screen", RECORD)
        health = server.get(f"{API}/health")
        for client in waiting:
            client.sendall(b"{}")
            assert client.recv(4096).startswith(b"HTTP/1.1 422")
            client.close()
        after = server.post(f"{API}/screen", RECORD)

    assert (refused.status, refused.codes) == (429, ["busy"])
    assert refused.headers["retry-after"] == "1"
    assert (health.status, after.status) == (200, 200)


def test_200_large_bundles_at_once_are_answered_or_told_to_come_again() -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient"}}]}
    body = json.dumps({**bundle, "note": "a" * 5 * MEGABYTE}).encode()
    found = list[int]()

    def send(server: Served) -> None:
        try:
            found.append(server.post(f"{API}/screen", body, {"content-type": "application/fhir+json"}).status)
        except (ConnectionError, http.client.HTTPException):  # told so before it had sent all
            found.append(429)

    with served(Settings(frozenset(), most=4)) as server:
        threads = [threading.Thread(target=send, args=(server,)) for _ in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        after = server.get(f"{API}/health")

    assert len(found) == 200
    assert set(found) <= {200, 422, 429}
    assert set(found) - {429}
    assert after.status == 200


def test_a_server_with_a_token_answers_nobody_without_it() -> None:
    with served(Settings(frozenset(), token=TOKEN)) as server:
        none = server.get(f"{API}/rules")
        wrong = server.get(f"{API}/rules", {"authorization": f"Bearer {TOKEN}x"})
        cookie = server.get(f"{API}/rules", {"cookie": "eligo-session=guess"})
        right = server.get(f"{API}/rules", {"authorization": f"Bearer {TOKEN}"})
        health = server.get(f"{API}/health")
        for _ in range(12):
            server.get(f"{API}/rules", {"authorization": "Bearer guess"})
        flooded = server.get(f"{API}/rules", {"authorization": f"Bearer {TOKEN}"})

    assert [r.status for r in (none, wrong, cookie)] == [401, 401, 401]
    assert none.headers["www-authenticate"] == "Bearer"
    assert (right.status, health.status, flooded.status) == (200, 200, 401)


MARKS = ("Zyxwv", "98765", "1931-02-03", "qwertz-oncology")


def test_nothing_of_a_patient_comes_into_the_log(server: Served) -> None:
    record = {
        "id": MARKS[0],
        "as_of": "2026-11-20",
        "birth_date": MARKS[2],
        "labs": {"INR": 1.9, "PLT": f"{MARKS[1]} x10^9/L"},
        "conditions": ["cirrhosis"],
    }
    wrong = [
        json.dumps(record),
        json.dumps(record)[:-9],
        json.dumps({**record, MARKS[3]: 1}),
        json.dumps({**record, "labs": {MARKS[3]: MARKS[1]}}),
        json.dumps({**record, "conditions": [MARKS[3]]}),
        json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": MARKS[0]}}]}),
        "\n".join([json.dumps(record)] * 3),
    ]
    before = len(server.log)
    for body in wrong:
        for route in ("screen", "audit", "next", "answers", "parse"):
            server.post(f"{API}/{route}?patient={MARKS[0]}", body)
            server.post(f"{API}/{route}?as-of={MARKS[2]}", body)
            server.post(f"{API}/{route}", body)
            server.post(f"{API}/{route}/{MARKS[0]}", body)
            server.get(f"{API}/rules/{MARKS[3]}", {"cookie": f"x={MARKS[0]}", "origin": MARKS[0]})
            server.ask(MARKS[0].upper(), f"/{MARKS[0]}")

    wanted = before + len(wrong) * 5 * 6
    for _ in range(200):  # the line of a request comes after its answer
        if len(server.log) < wanted:
            time.sleep(0.01)
    lines = server.log[before:]
    assert len(server.log) == wanted
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert [mark for mark in MARKS if mark.lower() in "".join(lines).lower()] == []
