"""Serve eligo over HTTP: a workbench in the browser, and all it does for other programs, described by OpenAPI 3.1.

It listens on this machine alone. On any other address it wants a token, which ELIGO_TOKEN holds, and the names by which
it is reached; TLS is the business of a proxy before it. The log has a line for each request: method, route, status and
milliseconds, and nothing of a patient.
"""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

from eligo.commands.inputs import day
from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say
from eligo.commands.rulefiles import add_folder
from eligo.commands.sizes import add_max_size
from eligo.errors import EligoError, Problem
from eligo.service.sessions import SHORTEST_TOKEN
from eligo.service.settings import MAX_BYTES, MOST, Settings

EXAMPLES = """\
  eligo serve
  eligo serve --rules drafts --port 8080
  eligo serve --host 0.0.0.0 --host-name trials.example.org --behind-tls
"""

PORT = 8642
_LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    add_folder(parser)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine alone)")
    parser.add_argument("--port", type=_port, default=PORT, help=f"the port (default: {PORT}; 0: any that is free)")
    help_text = "a name by which the server is reached, as browsers send it (NAME or NAME:PORT); repeatable"
    parser.add_argument("--host-name", action="append", default=[], metavar="NAME", help=help_text)
    parser.add_argument("--behind-tls", action="store_true", help="browsers reach it by TLS, through a proxy")
    help_text = "a folder that keeps records and answers of the pages (default: none, they end with the server)"
    parser.add_argument("--state", metavar="DIR", help=help_text)
    help_text = "records that the worklist has from the start: a file or a folder; repeatable"
    parser.add_argument("--records", action="append", default=[], metavar="PATH", help=help_text)
    day_help = "the day (YYYY-MM-DD) for which CDS Hooks screen (default: today)"
    parser.add_argument("--as-of", type=day, metavar="DATE", help=day_help)
    parser.add_argument("--site", metavar="FILE", help="as for `screen`, for all requests")
    add_vocabulary(parser)
    add_max_size(parser, MAX_BYTES)
    most_help = f"requests with a body that may be under way at once (default: {MOST}); others get 429"
    parser.add_argument("--most", type=_count, default=MOST, metavar="N", help=most_help)
    parser.add_argument("--quiet", action="store_true", help="write no log")
    parser.set_defaults(refuse=parser.error)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text[:6]) > 65535:
        raise argparse.ArgumentTypeError(f"`{text[:20]}` is not a port from 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:5]) <= 1024:
        raise argparse.ArgumentTypeError(f"`{text[:20]}` is not a number of requests from 1 to 1024")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    token = _token(args)
    if args.site:
        from eligo.site import load  # lazily: few sites have such a file

        load(args.site)  # what is wrong with it is said here, and to no caller
    with _listening(args.host, args.port) as listener:
        port = listener.getsockname()[1]
        settings = Settings(
            _hosts(args, port),
            args.rules,
            token,
            (f"--site={args.site}",) if args.site else (),
            args.behind_tls,
            args.state,
            args.as_of.isoformat() if args.as_of else None,
            tuple(args.records),
            args.max_size,
            args.most,
        )
        _serve(settings, listener, args.quiet, f"http://{_shown(args.host)}:{port}/")
    return 0


def _token(args: argparse.Namespace) -> str | None:
    """The token that callers have to show; raise `EligoError` where there has to be one."""
    token = os.environ.get("ELIGO_TOKEN") or None
    if token is not None and (len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable()):
        message = f"the token in ELIGO_TOKEN is not {SHORTEST_TOKEN} or more letters, digits and signs"
        raise EligoError(Problem("token", message, help="make one with `openssl rand -hex 24`"))
    if token is None and not _is_loopback(args.host):
        message = "on an address that others reach, the server wants a token"
        raise EligoError(Problem("token-missing", message, help="put one into ELIGO_TOKEN (`openssl rand -hex 24`)"))
    if not _is_loopback(args.host) and not args.host_name:
        message = "nothing says by which name the server is reached"
        raise EligoError(Problem("host-name-missing", message, help="give it with `--host-name`"))
    return token


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _hosts(args: argparse.Namespace, port: int) -> frozenset[str]:
    """What may stand in the Host header: nothing else, or a page of another name could reach the server."""
    local = [f"{name}:{port}" for name in _LOCAL_NAMES] if _is_loopback(args.host) else []
    return frozenset([*local, *(name.lower() for name in args.host_name)])


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The open port; raise `EligoError` where it cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        message = f"the server cannot listen on `{host}`, port {port}: {why}"
        raise EligoError(Problem("address", message, help="name another one with `--host` or `--port`")) from None
    with listener:
        yield listener


def _serve(settings: Settings, listener: socket.socket, quiet: bool, address: str) -> None:
    try:
        import uvicorn  # lazily, as the application: `eligo serve --help` needs neither, and they come with an extra

        from eligo.service.app import application
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "eligo":
            raise
        message = f"serving needs the package `{error.name}`, which is not installed"
        raise EligoError(Problem("extra-missing", message, help="pip install 'eligo[web]'")) from None
    app = application(settings, _silent) if quiet else application(settings)
    config = uvicorn.Config(app, **uvicorn_options())
    say(f"eligo serves {address} (ctrl-c ends it)")
    uvicorn.Server(config).run(sockets=[listener])


def uvicorn_options() -> dict[str, Any]:
    """How the server beneath is run: no log of its own, which would hold addresses, and no more than HTTP."""
    return {
        "loop": "asyncio",
        "http": "h11",
        "ws": "none",
        "lifespan": "off",
        "log_config": None,
        "log_level": "critical",
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "timeout_graceful_shutdown": 5,
    }


def _silent(_: str) -> None:
    """Write no line."""
