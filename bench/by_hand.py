"""What somebody would write by hand for one trial, NCT06884904: a yardstick for the speed of a verdict.

It asks for the criteria that a record can answer, of the latest value and of bare concepts, and knows three answers. It
knows nothing of units, dates in part, ages of results, kinds of a concept and contradictions, and cannot say why.
"""

from __future__ import annotations

from collections.abc import Iterator

from eligo.patients.model import Patient
from eligo.truth import Verdict

TRIAL = "NCT06884904"

_EXCLUDED = (
    *(
        "gastrointestinal_bleeding",
        "high_risk_varices",
        "portal_vein_cavernous_transformation",
        "portal_vein_occlusion",
    ),
    *("tips", "allergy_investigational_product", "bovine_product_allergy", "septic_shock", "myocardial_infarction"),
    *("malignancy", "hepatocellular_carcinoma", "pulmonary_hypertension", "pulmonary_embolism", "iga_deficiency"),
    *("henoch_schonlein_purpura", "hemophilia", "immune_thrombocytopenia", "immunodeficiency", "hiv_infection"),
    *("systemic_corticosteroids", "liver_transplant_registration", "liver_transplantation", "alcohol_abuse"),
    *("substance_abuse", "drug_abuse", "clinical_trial_participation", "pregnancy", "lactation"),
    *("positive_pregnancy_test", "hepatitis_a", "hepatitis_c", "hepatitis_e", "autoimmune_liver_disease"),
)


def verdict(patient: Patient) -> Verdict:
    """The verdict on a patient, without a look at more than the first criterion that fails."""
    is_open = False
    for answer in _answers(patient):
        if answer is False:
            return Verdict.INELIGIBLE
        is_open = is_open or answer is None
    return Verdict.UNDETERMINED if is_open else Verdict.ELIGIBLE


def _answers(patient: Patient) -> Iterator[bool | None]:
    """Whether each criterion passes, in the order of the protocol."""
    yield _adult(patient)
    yield _has(patient, "hepatitis_b")
    yield _has(patient, "acute_on_chronic_liver_failure")
    yield _at_least(patient, "total_bilirubin", 205)
    yield _either(_at_least(patient, "inr", 1.5), _at_most(patient, "prothrombin_activity", 40))
    yield _not(_at_least(patient, "hepatic_encephalopathy_grade", 3))
    yield _not(_at_least(patient, "creatinine", 176.8))
    yield _not(_at_most(patient, "oxygen_saturation", 93))
    yield _not(_at_least(patient, "nyha_class", 3))
    yield _not(_at_least(patient, "alcohol_intake", 80))
    yield patient.attested.get("contraception")
    yield patient.attested.get("no_conception_plan")
    yield patient.attested.get("informed_consent")
    yield _not(patient.attested.get("investigator_judgement"))
    yield _not(patient.attested.get("investigator_exclusion"))
    for concept in _EXCLUDED:
        yield _not(_has(patient, concept))


def _adult(patient: Patient) -> bool | None:
    if patient.birth is None:
        return None
    born, day = patient.birth.first, patient.as_of
    return 18 <= day.year - born.year - ((day.month, day.day) < (born.month, born.day)) <= 70


def _has(patient: Patient, concept: str) -> bool | None:
    for fact in patient.facts.get(concept, ()):
        if fact.status == "active":
            return True
    return False if concept in patient.absent or "conditions" in patient.complete else None


def _at_least(patient: Patient, variable: str, limit: float) -> bool | None:
    results = patient.results.get(variable)
    return results[0].low >= limit if results else None


def _at_most(patient: Patient, variable: str, limit: float) -> bool | None:
    results = patient.results.get(variable)
    return results[0].high <= limit if results else None


def _either(one: bool | None, other: bool | None) -> bool | None:
    return True if one or other else None if one is None or other is None else False


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
