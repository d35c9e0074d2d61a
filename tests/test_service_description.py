"""The description of the service holds: whatever it allows is answered as it says, whatever it does not is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from eligo.bounds import MEGABYTE
from eligo.service.settings import Settings
from tests.serving import Served, served

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed (pip install '.[dev]')")
openapi = pytest.importorskip("eligo.service.openapi", reason="the extra `web` is not installed")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server."""
    with served(Settings(frozenset(), max_bytes=MEGABYTE)) as found:
        yield found


schema = schemathesis.openapi.from_dict(openapi.openapi())
UNTIMED = settings(
    max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
)


@pytest.mark.filterwarnings("ignore:Skipped test cases with unsupported payload")  # lines have tests of their own
@schema.parametrize()  # type: ignore[untyped-decorator]  # of an optional package
@UNTIMED
def test_the_service_does_what_its_description_says(case: Any, server: Served) -> None:
    # A record of the right form may still be nobody that can be screened: that is 422, and no schema can say it.
    case.call_and_validate(base_url=server.url, excluded_checks=[schemathesis.checks.positive_data_acceptance])
