"""What one server is started with; it does not change while it runs."""

from __future__ import annotations

from eligo.bounds import MEGABYTE
from eligo.dataclass import dataclass

MAX_BYTES = 16 * MEGABYTE  # of one request
MOST = 16  # requests that are under way at once; the next ones are told to come again


@dataclass(frozen=True, slots=True)
class Settings:
    """The names that the server answers to, who may come in, and what holds for every request.

    `state` is the folder of what the workbench keeps; without one it is kept in memory, and ends with the server.
    `as_of` is the day for which hooks screen, today by default. `records` are sources whose patients are there from the
    start.
    `fixed` are options of the commands (`--site=FILE`), which no request can change. `secure` says that browsers reach
    the server by TLS, through a proxy.
    """

    hosts: frozenset[str]
    rules: str | None = None
    token: str | None = None
    fixed: tuple[str, ...] = ()
    secure: bool = False
    state: str | None = None
    as_of: str | None = None
    records: tuple[str, ...] = ()
    max_bytes: int = MAX_BYTES
    most: int = MOST

    @property
    def origins(self) -> frozenset[str]:
        """The origins from which a browser may send something: the server's own."""
        return frozenset(f"{'https' if self.secure else 'http'}://{host}" for host in self.hosts)
