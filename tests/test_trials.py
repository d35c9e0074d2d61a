"""Pages and records to a `Page`: the first five trials, registry fields, records, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eligo.criteria import Duration
from eligo.errors import EligoError, Problem
from eligo.listing import Listing
from eligo.pages.document import Page, RegistryFields
from eligo.trials import read_page, read_record, read_trial, sniff
from eligo.trials.fields import Ages, read_age, read_ages, read_answer, read_date, read_sex
from eligo.trials.xml_record import read_xml

ADULT = Duration(18, "a")


def _problem(caught: pytest.ExceptionInfo[EligoError]) -> Problem:
    (problem,) = caught.value.problems
    return problem


# --- the first five trials


def _page(shared: Path, trial: str) -> Page:
    path = shared / "trials" / f"{trial}.txt"
    return read_page(path.read_text("utf-8"), str(path))


def _numbers(page: Page, section: str, cohort: str | None = None) -> list[str]:
    return [item.number for item in page.items if (item.section, item.cohort) == (section, cohort)]


def _count(count: int, first: int = 1) -> list[str]:
    return [str(n) for n in range(first, first + count)]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("trial", "updated", "inclusion", "exclusion", "low", "high", "healthy"),
    [
        ("NCT03460795", "2020-03-04", 9, 8, 18, 65, True),
        ("NCT04822922", "2021-07-21", 3, 7, 18, 70, False),
        ("NCT06884904", "2025-03-19", 4, 12, 18, 70, False),
    ],
)
def test_a_page_without_arms_gives_its_items(
    shared: Path, trial: str, updated: str, inclusion: int, exclusion: int, low: int, high: int, healthy: bool
) -> None:
    page = _page(shared, trial)
    fields = page.registry

    assert (page.trial, page.updated, page.arms) == (trial, updated, ())
    assert _numbers(page, "inclusion") == _count(inclusion)
    assert _numbers(page, "exclusion") == _count(exclusion)
    assert (fields.minimum_age, fields.maximum_age) == (Duration(low, "a"), Duration(high, "a"))
    assert (fields.sex, fields.healthy_volunteers) == ("all", healthy)


@pytest.mark.shared
def test_a_page_with_arms_keeps_the_sentence_of_each_arm(shared: Path) -> None:
    page = _page(shared, "NCT05727722")
    first, second = page.arms

    assert (first.id, second.id) == ("A", "B")
    assert first.lead is not None
    assert first.lead.endswith("after liver cirrhosis")
    assert "(ACLF)" in second.label
    assert second.lead is not None
    assert second.lead.startswith("With known or unknown basic")
    assert _numbers(page, "inclusion", "A") == _count(8)
    assert _numbers(page, "inclusion", "B") == _count(7)
    assert _numbers(page, "exclusion") == _count(11, first=2)
    assert len(page.items) == 8 + 7 + 11


@pytest.mark.shared
def test_values_without_labels_after_the_last_item_are_fields(shared: Path) -> None:
    page = _page(shared, "NCT05727722")
    fields = page.registry

    assert (fields.minimum_age, fields.maximum_age, fields.sex) == (ADULT, Duration(65, "a"), "all")
    assert fields.healthy_volunteers is False
    assert "Years" not in page.items[-1].text


@pytest.mark.shared
def test_a_page_that_lists_no_criteria_says_so(shared: Path) -> None:
    page = _page(shared, "NCT05948982")

    assert (page.trial, page.items, page.arms) == ("NCT05948982", (), ())
    assert page.states_no_criteria
    assert page.registry == RegistryFields()


@pytest.mark.shared
def test_pieces_in_a_line_stand_below_their_item(shared: Path) -> None:
    page = _page(shared, "NCT06884904")
    pieces = {item.id: [below.number for below in item.children] for item in page.items if item.children}

    assert pieces == {"E3": _count(6), "E4": _count(6)}


@pytest.mark.shared
def test_titles_come_from_the_page_or_not_at_all(shared: Path) -> None:
    titles = {
        t: _page(shared, t).title for t in ("NCT03460795", "NCT04822922", "NCT05727722", "NCT05948982", "NCT06884904")
    }

    assert titles["NCT04822922"] == "Safety of UC-MSC Transfusion for ACLF Patients"
    assert [t for t, title in titles.items() if title is None] == ["NCT05948982", "NCT06884904"]


# --- whose page it is


@pytest.mark.parametrize(
    ("text", "trial"),
    [
        ("Title of it\nNCT00000002 is older\nNCT ID: NCT00000001", "NCT00000001"),
        ("NCT00000001\n\nSummary\n\nSee also\nNCT00000002", "NCT00000001"),
        ("See also\nNCT00000002\nNCT number NCT00000001", "NCT00000001"),
        ("A trial (NCT00000001) and NCT00000002", "NCT00000001"),
        ("EudraCT number: 2020-001234-56\nSummary", "2020-001234-56"),
        ("Registration number\nChiCTR2000000001", "ChiCTR2000000001"),
    ],
)
def test_a_page_names_its_own_trial(text: str, trial: str) -> None:
    assert read_page(text).trial == trial


def test_a_page_of_nobody_asks_for_a_name() -> None:
    text = "Summary\n\nRelated trials\nNCT00000002 - another trial"
    with pytest.raises(EligoError) as caught:
        read_page(text, file="page.txt")

    problem = _problem(caught)
    assert (problem.code, problem.place.file) == ("no-trial-id", "page.txt")
    assert "--trial" in (problem.help or "")
    assert read_page(text, trial="NCT00000009").trial == "NCT00000009"


@pytest.mark.parametrize("text", ["", " \n "])
def test_an_empty_page_is_an_error(text: str) -> None:
    with pytest.raises(EligoError) as caught:
        read_trial(text, file="page.txt", trial="NCT00000001")

    assert _problem(caught).code == "empty-document"


def test_criteria_without_a_name_ask_for_one() -> None:
    criteria = "Inclusion Criteria:\n- Adult"
    with pytest.raises(EligoError) as caught:
        read_trial(criteria)

    assert _problem(caught).code == "no-trial-id"
    assert read_trial(criteria, trial="NCT00000001").trial == "NCT00000001"


def test_a_sentence_with_a_field_s_label_stays_an_item() -> None:
    page = read_page(
        "NCT00000001\nInclusion criteria\nAge 18 years or older\nSex is no limit\nExclusion criteria\nSex change"
    )

    assert [item.text for item in page.items] == ["Age 18 years or older", "Sex is no limit", "Sex change"]
    assert page.registry == RegistryFields()


# --- fields


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("18 Years to 70 Years (Adult, Older Adult)", ADULT, Duration(70, "a")),
        ("18 Years - 70 Years", ADULT, Duration(70, "a")),
        ("6 Months to 17 Years (Child)", Duration(6, "mo"), Duration(17, "a")),
        ("18 Years and older (Adult, Older Adult)", ADULT, None),
        ("18 Years to N/A", ADULT, None),
        ("up to 28 Days", None, Duration(28, "d")),
        ("Child, Adult, Older Adult", None, None),
    ],
)
def test_age_ranges_are_read(text: str, low: Duration | None, high: Duration | None) -> None:
    assert read_ages(text) == Ages(low, high)


@pytest.mark.parametrize(
    "text", ["18 Years", "adults", "18 years or older with a partner", "Age 18", "3 groups", "1 Years 2 Years 3 Years"]
)
def test_what_is_no_age_range_stays_text(text: str) -> None:
    assert read_ages(text) is None


def test_an_age_limit_is_one_age_or_none() -> None:
    assert read_age("1 Month") == Ages(Duration(1, "mo"), Duration(1, "mo"))
    assert read_age("N/A") == Ages(None, None)
    assert read_age("18 Years and older") is None


def test_sexes_and_answers_are_whole_words() -> None:
    assert [read_sex(w) for w in ("ALL", "Both males and females", "Female", "males", "sexual")] == [
        "all",
        "all",
        "female",
        "male",
        None,
    ]
    assert [read_answer(w) for w in ("Yes", "No", "No healthy volunteers", "Nobody")] == [True, False, False, None]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2031-05-09", "2031-05-09"),
        ("2031-05", "2031-05"),
        ("July 21, 2031", "2031-07-21"),
        ("21 July 2031", "2031-07-21"),
        ("9-Mar-2031", "2031-03-09"),
        ("Sept. 1st, 2031", "2031-09-01"),
        ("July 2031", "2031-07"),
        ("03/04/2031", None),
        ("soon", None),
    ],
)
def test_dates_become_iso_dates(text: str, date: str | None) -> None:
    assert read_date(text) == date


# --- records


def _record(**eligibility: Any) -> dict[str, Any]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT00000001", "briefTitle": "A made-up trial"},
            "statusModule": {"lastUpdatePostDateStruct": {"date": "2031-05-09"}, "lastUpdateSubmitDate": "2031-05-01"},
            "eligibilityModule": eligibility,
        }
    }


def test_a_record_gives_a_page() -> None:
    criteria = "Inclusion Criteria:\n\n* INR \\<= 1.7\n\nExclusion Criteria:\n\n* Sepsis"
    record = _record(
        eligibilityCriteria=criteria,
        minimumAge="18 Years",
        maximumAge="6 Months",
        sex="FEMALE",
        healthyVolunteers=False,
        genderBased=True,
        genderDescription="Ovaries needed",
        studyPopulation="A clinic",
    )
    page = read_record(json.dumps(record))

    assert (page.trial, page.title, page.updated, page.text) == (
        "NCT00000001",
        "A made-up trial",
        "2031-05-09",
        criteria,
    )
    assert [(i.id, i.text) for i in page.items] == [("I1", "INR <= 1.7"), ("E1", "Sepsis")]
    assert page.registry == RegistryFields(ADULT, Duration(6, "mo"), "female", False, "Ovaries needed", "A clinic")


def _listed(**modules: Any) -> Listing:
    record = _record(eligibilityCriteria="- Adult", stdAges=["ADULT", "OLDER_ADULT"])
    record["protocolSection"] |= modules
    return read_record(record).listing


def test_a_record_says_how_the_registry_lists_the_trial() -> None:
    sites = [{"country": "Germany"}, {"country": " "}, {"city": "Rome"}, {"country": "France"}, {"country": "Germany"}]
    found = _listed(
        statusModule={"overallStatus": "NOT_YET_RECRUITING"},
        designModule={"phases": ["PHASE1", "PHASE2"]},
        contactsLocationsModule={"locations": sites},
    )

    assert found == Listing("NOT_YET_RECRUITING", ("PHASE1", "PHASE2"), ("France", "Germany"), ("ADULT", "OLDER_ADULT"))


@pytest.mark.parametrize(
    "modules",
    [
        {},
        {"designModule": [], "contactsLocationsModule": "none"},
        {"designModule": {"phases": {"a": 1}}, "contactsLocationsModule": {"locations": {"country": "x"}}},
        {"designModule": {"phases": [2, "-", ""]}, "contactsLocationsModule": {"locations": [1, None, {"country": 3}]}},
        {"statusModule": {"overallStatus": 3}},
    ],
)
def test_what_a_listing_has_in_another_form_says_nothing(modules: dict[str, Any]) -> None:
    assert _listed(**modules) == Listing(age_groups=("ADULT", "OLDER_ADULT"))


def test_the_older_xml_lists_a_trial_in_the_same_words() -> None:
    text = """<clinical_study><id_info><nct_id>NCT00000001</nct_id></id_info><brief_title>t</brief_title>
    <overall_status>Active, not recruiting</overall_status><phase>Phase 1/Phase 2</phase>
    <location_countries><country>Germany</country><country>France</country></location_countries>
    <eligibility><criteria><textblock>- Adult</textblock></criteria></eligibility></clinical_study>"""
    none = text.replace("Phase 1/Phase 2", "N/A")

    assert read_record(read_xml(text)).listing == Listing(
        "ACTIVE_NOT_RECRUITING", ("PHASE1", "PHASE2"), ("France", "Germany")
    )
    assert read_record(read_xml(none)).listing.phases == ("NA",)


def test_a_record_without_criteria_says_so() -> None:
    page = read_record(_record(sex="ALL"))

    assert page.states_no_criteria
    assert page.registry == RegistryFields(sex="all")


def test_a_record_may_come_in_a_search_s_answer() -> None:
    assert read_record({"studies": [_record(eligibilityCriteria="- Adult")]}).trial == "NCT00000001"


def test_a_record_without_an_id_asks_for_a_name() -> None:
    record = _record()
    del record["protocolSection"]["identificationModule"]
    with pytest.raises(EligoError) as caught:
        read_record(record)

    assert _problem(caught).code == "no-trial-id"
    assert read_record(record, trial="X1").trial == "X1"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{", "json-syntax"),
        ("{}", "not-a-record"),
        ("[]", "several-records"),
        ('{"studies": [{}, {}]}', "several-records"),
        ('{"protocolSection": []}', "not-a-record"),
        ('{"protocolSection": {"eligibilityModule": 3}}', "not-a-record"),
        (json.dumps(_record(minimumAge="eighteen")), "age-unknown"),
    ],
)
def test_what_is_no_record_is_refused(source: str, code: str) -> None:
    with pytest.raises(EligoError) as caught:
        read_record(source, file="record.json")

    problem = _problem(caught)
    assert (problem.code, problem.place.file) == (code, "record.json")


@pytest.mark.shared
def test_every_record_s_fields_are_read(shared: Path) -> None:
    for path in sorted((shared / "data" / "registry_v2").glob("*.json")):
        raw = json.loads(path.read_bytes())
        page = read_record(raw, str(path))
        eligibility = raw["protocolSection"]["eligibilityModule"]

        assert page.trial == path.stem
        assert page.updated == raw["protocolSection"]["statusModule"]["lastUpdatePostDateStruct"]["date"]
        assert (page.registry.minimum_age is None) == ("minimumAge" not in eligibility)
        assert (page.registry.maximum_age is None) == ("maximumAge" not in eligibility)
        assert page.registry.sex == eligibility["sex"].lower()
        assert page.items


# --- which of the forms


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('\ufeff {"protocolSection": {}}\n', "record"),
        ('[{"protocolSection": {}}]', "record"),
        ("Inclusion Criteria:\n- Adult", "criteria"),
        ("[Adult] patients with cirrhosis", "criteria"),
        ("Title\n\nBrief Summary\n\nInclusion Criteria\n\n- Adult", "page"),
        ("Title\nNCT ID: NCT00000001", "page"),
    ],
)
def test_a_text_is_told_by_its_looks(text: str, form: str) -> None:
    assert sniff(text) == form


def test_every_form_is_read_by_the_same_door() -> None:
    texts = [
        json.dumps(_record(eligibilityCriteria="- Adult")),
        "NCT00000001\n- Adult",
        "Made-up title of it\n\nBrief Summary\n\nNone\n\nNCT ID: NCT00000001\n\nEligibility\n\n- Adult",
    ]

    assert [read_trial(text).trial for text in texts] == ["NCT00000001"] * 3
    assert [[item.text for item in read_trial(text).items] for text in texts] == [["Adult"]] * 3


@pytest.mark.shared
def test_the_older_texts_are_told_from_pages(shared: Path) -> None:
    rows = (shared / "data" / "criteria_legacy_text.jsonl").read_text("utf-8").splitlines()

    assert {sniff(json.loads(row)["criteria"]) for row in rows} == {"criteria"}
