"""How long the service takes: from its start to an answer, a patient over HTTP beyond the engine's own time, a hook.

`python -m bench.service [--clients N] [--requests N]`. The server is a process of its own; so are the clients' threads.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.measure import Measure
from eligo.commands import screen
from eligo.patients.readers import body_jobs
from eligo.report.terminal import Terminal
from eligo.screening import load_rules
from eligo.service.options import arguments

ROOT = Path(__file__).resolve().parents[1]
RECORD = (ROOT / "patients_examples" / "low_platelets.json").read_bytes()
BUNDLE = (ROOT / "patients_examples" / "formats" / "bundle.json").read_bytes()
HOST = "127.0.0.1"
TO_FIRST_ANSWER = 0.5  # seconds
BEYOND_ENGINE = 5.0  # milliseconds a patient
HOOK_P99 = 100.0  # milliseconds


def main(argv: Sequence[str] | None = None) -> int:
    """Run the measurements and print them."""
    parser = argparse.ArgumentParser(prog="python -m bench.service", description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--requests", type=int, default=50, help="of each client")
    args = parser.parse_args(argv)
    for measure in _measured(args.clients, args.requests):
        kept = "" if measure.target is None else f"  target {measure.target:g}: {'kept' if measure.good else 'missed'}"
        print(f"{measure.name:<62} {measure.value:9.{measure.digits}f} {measure.unit}{kept}")
    return 0


def _measured(clients: int, requests: int) -> Iterator[Measure]:
    starts = []
    for _ in range(3):
        with _server() as (_, seconds):
            starts.append(seconds)
    yield Measure("from eligo serve to the first answer, best of three", min(starts), "s", TO_FIRST_ANSWER)
    own = _engine(requests)
    with _server() as (port, _):
        _times(port, 1, 20, "/api/v1/screen", RECORD)  # all that is made once
        alone = statistics.median(_times(port, 1, requests, "/api/v1/screen", RECORD))
        began = time.perf_counter()
        many = _times(port, clients, requests, "/api/v1/screen", RECORD)
        each = 1000 * (time.perf_counter() - began) / len(many)
        yield Measure("the engine's own time of a patient, p50", own, "ms")
        yield Measure("screen over HTTP beyond it, one client, p50", alone - own, "ms", BEYOND_ENGINE)
        yield Measure(f"screen over HTTP beyond it, {clients} clients, a patient", each - own, "ms", BEYOND_ENGINE)
        hook = _hook()
        _times(port, 1, 5, "/cds-services/eligo", hook)
        found = sorted(_times(port, clients, requests, "/cds-services/eligo", hook))
        yield Measure(f"a hook, {clients} clients, p50", statistics.median(found), "ms")
        yield Measure(f"a hook, {clients} clients, p99", found[int(len(found) * 0.99) - 1], "ms", HOOK_P99)


def _engine(count: int) -> float:
    """Milliseconds that `eligo screen` takes for the same patient, without a process around it."""
    state = screen.ready(arguments(screen, (), (), ("-", "--json")), load_rules(), Terminal())
    found = []
    for _ in range(20 + count):
        began = time.perf_counter()
        for job in body_jobs(RECORD, "<body>", state.options):
            screen.screen_one(job, state)
        found.append(1000 * (time.perf_counter() - began))
    return statistics.median(found[20:])


def _hook() -> bytes:
    """A call with all that the templates ask for, of an example patient."""
    bundle = json.loads(BUNDLE)
    resources = [entry["resource"] for entry in bundle["entry"]]
    patient = next(resource for resource in resources if resource["resourceType"] == "Patient")
    others = {**bundle, "type": "searchset", "entry": [e for e in bundle["entry"] if e["resource"] is not patient]}
    others.pop("total", None)
    prefetch = {"patient": patient, "observations1": others, "conditions": None, "procedures": None}
    context = {"userId": "Practitioner/a", "patientId": patient["id"]}
    asked = {"hook": "patient-view", "hookInstance": str(uuid.uuid4()), "context": context, "prefetch": prefetch}
    return json.dumps(asked).encode()


@contextlib.contextmanager
def _server() -> Iterator[tuple[int, float]]:
    """A server that runs: its port, and how many seconds it took to the first answer."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "eligo", "serve", "--port", str(port), "--quiet", "--as-of", "2026-11-20"]
    began = time.perf_counter()
    process = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL)
    try:
        while True:
            with contextlib.suppress(OSError):
                _ask(port, "GET", "/api/v1/health")
                break
            time.sleep(0.005)
        yield port, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


def _times(port: int, clients: int, requests: int, path: str, body: bytes) -> list[float]:
    """Milliseconds of each request of all clients at once."""
    found = list[float]()

    def client() -> None:
        for _ in range(requests):
            began = time.perf_counter()
            _ask(port, "POST", path, body)
            found.append(1000 * (time.perf_counter() - began))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _ask(port: int, method: str, path: str, body: bytes | None = None) -> None:
    """Send a request; raise where the answer is none that was meant."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    headers = {"content-type": "application/json"} if body else {}
    with contextlib.closing(connection):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} gave {answer.status}: {text[:200]!r}")


if __name__ == "__main__":
    sys.exit(main())
