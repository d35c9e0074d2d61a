"""What an index hangs on beside the rules: the vocabulary, the code that makes it, and a site's own names, as a digest.

It is of contents, not of dates: an index may be used where another machine has the same eligo.
"""

from __future__ import annotations

import functools
from pathlib import Path

from eligo.cache import digest
from eligo.data import data_dir, grammar_state
from eligo.vocabulary.entry import freeze
from eligo.vocabulary.own_names import SHIPPED, own_names

FORM = "1"  # of the file
GRAMMAR = (
    *("variables.yaml", "concepts.yaml", "ancestors.yaml", "relations.yaml", "qualifiers.yaml", "ages.yaml"),
    *("units.yaml", "units.txt"),
)
CODE = (
    *("criteria/*.py", "vocabulary/*.py", "ruleset/*.py", "evaluation/*.py", "evaluate/*.py", "index/*.py"),
    *("plan.py", "standing.py", "truth.py", "listing.py"),
)


@functools.cache
def code_digest() -> str:
    """The digest of the sources that say what is in an index."""
    package = Path(__file__).resolve().parents[1]
    paths = [path for pattern in CODE for path in sorted(package.glob(pattern))]
    return digest([FORM.encode(), *(path.read_bytes() for path in paths)])


def vocabulary_digest() -> str:
    """The digest of all that names, units and relations mean, the site's own names included."""
    folder = data_dir("vocabularies")
    shipped = next((path for name in SHIPPED if (path := folder / name).is_file()), None)
    rows = [freeze(entry).encode() for entry in own_names()]
    return digest([grammar_state(GRAMMAR), shipped.read_bytes() if shipped else b"", *rows])
