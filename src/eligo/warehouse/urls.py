"""Sources that are URLs, as messages may show them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

POSTGRES: Final = ("postgresql://", "postgres://")


def shown_source(source: str) -> str:
    """A source as messages show it: of a URL host and database, without user, password and options.

    >>> shown_source("postgresql://me:secret@host:5433/omop?sslmode=require")
    'postgresql://host:5433/omop'
    """
    if not source.startswith(POSTGRES):
        return source
    try:
        parts = urlsplit(source)
        port = f":{parts.port}" if parts.port else ""
        return f"postgresql://{parts.hostname or ''}{port}{parts.path}"
    except ValueError:
        return "postgresql://"
