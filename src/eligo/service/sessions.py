"""Who has shown the token: browsers that logged in, by a cookie; where nothing asks for a token, nobody needs one."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

from eligo.dataclass import dataclass, field

COOKIE = "eligo-session"
LASTS = 12 * 3600  # seconds
MOST = 256  # the oldest one ends first
MOST_FAILED = 10  # wrong tokens in a minute, after which none is looked at
SHORTEST_TOKEN = 16


@dataclass(slots=True)
class Sessions:
    """The sessions of a server, in memory: they end with it."""

    token: str | None
    _ends: dict[str, float] = field(default_factory=dict)
    _failed: list[float] = field(default_factory=list)

    def is_token(self, given: str) -> bool:
        """Whether it is the token; after many wrong ones it is not looked at for a while."""
        now = time.monotonic()
        self._failed = [at for at in self._failed if at > now - 60]
        if self.token is None or not given or len(self._failed) >= MOST_FAILED:
            return False
        right = secrets.compare_digest(given.encode(), self.token.encode())
        if not right:
            self._failed.append(now)
        return right

    def opened(self) -> str:
        """A new session."""
        while len(self._ends) >= MOST:
            del self._ends[next(iter(self._ends))]
        session = secrets.token_urlsafe(32)
        self._ends[session] = time.monotonic() + LASTS
        return session

    def is_open(self, session: str | None) -> bool:
        """Whether a cookie is of a session that has not ended."""
        return session is not None and self._ends.get(session, 0.0) > time.monotonic()


def cookies_of(headers: Iterable[bytes]) -> dict[str, str]:
    """The cookies of a request; none where they cannot be read."""
    try:
        found = SimpleCookie(b"; ".join(headers).decode("latin-1"))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in found.items()}


def cookie(name: str, value: str, secure: bool) -> tuple[str, str]:
    """The header that sets a cookie, which goes to no other site and to no script."""
    return "set-cookie", f"{name}={value}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"
