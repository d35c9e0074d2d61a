"""A Postgres of the tests' own: a cluster in a folder, reached by a socket, gone with the tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")


def programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`: the newest there is."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    found = [path for place in _PLACES for path in Path("/").glob(place[1:]) if (path / "initdb").is_file()]
    return max(found, default=None)


def _as_another(command: list[str]) -> list[str]:
    """The command as a user who is not root, whom Postgres refuses."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """The URL of a new, empty database; skip the test, with the reason, where there is no Postgres."""
    folder = programs()
    if folder is None:
        pytest.skip("there is no Postgres here (initdb, pg_ctl)")
    is_root = os.geteuid() == 0
    if is_root and (shutil.which("setpriv") is None or not _has_user("postgres")):
        pytest.skip("Postgres does not run as root, and there is no user `postgres` to run it as")
    home = Path(tempfile.mkdtemp(prefix="eligo-pg-"))  # a short path: a socket's may have a hundred characters
    try:
        if is_root:
            shutil.chown(home, "postgres", "postgres")
        run = _as_another if is_root else list[str]
        data, log = home / "data", home / "log"
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
        _call(run([str(folder / "initdb"), "-D", str(data), "-A", "trust", "-U", "reader", "-E", "UTF8"]), home)
        control = [str(folder / "pg_ctl"), "-D", str(data), "-w"]
        _call(run([*control, "-l", str(log), "-o", options, "start"]), home)
        try:
            yield f"postgresql://reader@/postgres?host={home}"
        finally:
            _call(run([*control, "-m", "immediate", "stop"]), home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _has_user(name: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _call(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "LC_ALL": "C", "HOME": str(folder)}
    made = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        pytest.fail(f"{command[-1]} of Postgres failed: {made.stdout.decode(errors='replace')[-500:]}")
