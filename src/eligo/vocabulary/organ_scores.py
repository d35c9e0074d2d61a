"""Organ failures in cirrhosis by the EASL-CLIF (CANONIC) definition: canonical units in; points, count and grade out.

They presuppose cirrhosis with acute decompensation. Mechanical ventilation is no input: it counts as respiratory
failure only where it was not for encephalopathy, which a record seldom says.
"""

from __future__ import annotations

from eligo.vocabulary.scoring import (
    BILIRUBIN,
    BILIRUBIN_MASS,
    CREATININE,
    CREATININE_MASS,
    DIALYSIS,
    INR,
    ScoreInput,
    in_umol_l,
    scored,
)

_BILIRUBIN_6, _BILIRUBIN_12 = (in_umol_l(limit, BILIRUBIN_MASS) for limit in ("6", "12"))
_CREATININE_1_5, _CREATININE_2, _CREATININE_3_5 = (in_umol_l(limit, CREATININE_MASS) for limit in ("1.5", "2", "3.5"))

_INPUTS = (
    *(BILIRUBIN, CREATININE, DIALYSIS),
    ScoreInput("hepatic_encephalopathy_grade"),
    INR,
    ScoreInput("mean_arterial_pressure", "mm[Hg]"),
    ScoreInput("vasopressors", role="fact"),
    ScoreInput("pao2_fio2_ratio", "mm[Hg]"),
    ScoreInput("spo2_fio2_ratio", plausible=(10, 1000), instead_of="pao2_fio2_ratio"),
)
_FALLING = ("mean_arterial_pressure", "pao2_fio2_ratio", "spo2_fio2_ratio")
_MOREAU = "Moreau R et al., Gastroenterology 2013;144:1426, doi:10.1053/j.gastro.2013.02.042"
_JALAN = "Jalan R et al., J Hepatol 2014;61:1038, doi:10.1016/j.jhep.2014.06.012"


class Organs:
    """Points of the six organ systems, 1 (well) to 3."""

    __slots__ = ("brain", "circulation", "coagulation", "kidney", "liver", "lungs")

    def __init__(self, *, liver: int, kidney: int, brain: int, coagulation: int, circulation: int, lungs: int) -> None:
        self.liver, self.kidney, self.brain = liver, kidney, brain
        self.coagulation, self.circulation, self.lungs = coagulation, circulation, lungs

    @property
    def points(self) -> int:
        """Sum the points of all."""
        return self.liver + self.kidney + self.brain + self.coagulation + self.circulation + self.lungs

    @property
    def failing(self) -> int:
        """Count the organs that fail: the kidney from 2 points on (creatinine 2 mg/dL), any other at 3."""
        others = (self.liver == 3) + (self.brain == 3) + (self.coagulation == 3) + (self.circulation == 3)
        return others + (self.lungs == 3) + (self.kidney >= 2)


def organs(
    total_bilirubin: float,
    creatinine: float,
    renal_replacement_therapy: float,
    hepatic_encephalopathy_grade: float,
    inr: float,
    mean_arterial_pressure: float,
    vasopressors: float,
    pao2_fio2_ratio: float | None,
    spo2_fio2_ratio: float | None,
) -> Organs:
    """Give each organ its points; of the two ratios, PaO2/FiO2 counts where it is known.

    Liver: 6 and 12 mg/dL. Kidney: 2 and 3.5 mg/dL, or dialysis. Brain: West Haven 1 and 3. Coagulation: INR 2 and 2.5.
    Circulation: 70 mmHg, vasopressors. Respiration: PaO2/FiO2 300 and 200, or SpO2/FiO2 357 and 214.
    Some reprints of the table give the liver 3 points only above 12; the definition of liver failure includes 12.
    """
    if pao2_fio2_ratio is not None:
        lungs = 1 + (pao2_fio2_ratio <= 300) + (pao2_fio2_ratio <= 200)
    elif spo2_fio2_ratio is not None:
        lungs = 1 + (spo2_fio2_ratio <= 357) + (spo2_fio2_ratio <= 214)
    else:
        raise ValueError("respiration needs PaO2/FiO2 or SpO2/FiO2")
    kidney = 1 + (creatinine >= _CREATININE_2) + (creatinine >= _CREATININE_3_5)
    return Organs(
        liver=1 + (total_bilirubin >= _BILIRUBIN_6) + (total_bilirubin >= _BILIRUBIN_12),
        kidney=3 if renal_replacement_therapy else kidney,
        brain=1 + (hepatic_encephalopathy_grade >= 1) + (hepatic_encephalopathy_grade >= 3),
        coagulation=1 + (inr >= 2) + (inr >= 2.5),
        circulation=3 if vasopressors else 1 + (mean_arterial_pressure < 70),
        lungs=lungs,
    )


@scored("clif_c_of", *_INPUTS, source=_JALAN, falling=_FALLING)
def clif_c_of(*values: float, **named: float) -> float:
    """Compute the CLIF-C OF score, 6 to 18: the sum of the six organs' points."""
    return organs(*values, **named).points


@scored("organ_failures", *_INPUTS, source=f"{_MOREAU}; {_JALAN}", falling=_FALLING)
def organ_failures(*values: float, **named: float) -> float:
    """Count the failing organs, 0 to 6."""
    return organs(*values, **named).failing


@scored("aclf_grade", *_INPUTS, source=_MOREAU)
def aclf_grade(total_bilirubin: float, creatinine: float, *values: float, **named: float) -> float:
    """Grade the ACLF, 0 (none) to 3: two failing organs are grade 2, three or more grade 3.

    One failing kidney is grade 1. One other failing organ is grade 1 with creatinine from 1.5 mg/dL on or, unless it is
    the brain, with encephalopathy 1 or 2; otherwise it is no ACLF.
    """
    found = organs(total_bilirubin, creatinine, *values, **named)
    if found.failing != 1:
        return min(found.failing, 3)
    strained = creatinine >= _CREATININE_1_5 or found.brain == 2
    return float(found.kidney > 1 or strained)
