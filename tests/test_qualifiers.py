"""The whole of `grammar/qualifiers.yaml`: every word of it can be met, and none says yes and no at once."""

from __future__ import annotations

import pytest
import yaml

from eligo.data import data_dir
from eligo.vocabulary.qualifiers import denied, plain_qualifier, related

TABLE = yaml.safe_load((data_dir("grammar") / "qualifiers.yaml").read_text("utf-8"))
LISTS = ("implied_by", "contradicted_by")


@pytest.mark.parametrize("asked", TABLE)
def test_each_word_is_in_the_form_in_which_records_are_read(asked: str) -> None:
    words = [asked, *(word for key in LISTS for word in TABLE[asked].get(key, ()))]

    assert [plain_qualifier(word) for word in words] == words
    assert set(TABLE[asked]) <= {"same", *LISTS}


@pytest.mark.parametrize("asked", TABLE)
def test_no_word_says_yes_and_no(asked: str) -> None:
    found = related(asked)

    assert found.implied_by.isdisjoint(found.contradicted_by)
    assert asked in found.implied_by


@pytest.mark.parametrize("asked", TABLE)
def test_what_implies_a_qualifier_is_not_what_its_synonyms_deny(asked: str) -> None:
    """Another way to write it asks the same."""
    for other in TABLE[asked].get("same", ()):
        assert related(other) == related(asked)


def test_what_is_not_in_the_table_says_nothing_of_others() -> None:
    assert related("puzzling").implied_by == {"puzzling"}
    assert related("puzzling").contradicted_by == {denied("puzzling")}
    assert "mild" not in related("clinically significant").contradicted_by
    assert "chronic" not in related("acute").contradicted_by
