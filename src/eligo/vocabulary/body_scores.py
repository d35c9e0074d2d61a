"""Values of body size, circulation, kidney and blood that follow from others: canonical units in, one number out."""

from __future__ import annotations

import math

from eligo.vocabulary.scoring import (
    AGE,
    ALBUMIN,
    CREATININE,
    CREATININE_MASS,
    SEX,
    SODIUM,
    ScoreInput,
    power,
    ratio,
    scored,
    to_mg_dl,
)

_WEIGHT = ScoreInput("weight", "kg")
_HEIGHT = ScoreInput("height", "cm")
_FIO2 = ScoreInput("fio2", plausible=(0.21, 1))
_QT = ScoreInput("qt_interval", "ms")
_HEART_RATE = ScoreInput("heart_rate", "/min")
_PER_SURFACE = "mL/min/{1.73_m2}"


@scored(
    "body_mass_index",
    *(_WEIGHT, _HEIGHT),
    source="Keys A et al., J Chronic Dis 1972;25:329, doi:10.1016/0021-9681(72)90027-6",
    unit="kg/m2",
    falling=("height",),
)
def body_mass_index(weight: float, height: float) -> float:
    """Compute the body mass index in kg/m2 from kg and cm."""
    return ratio(10000 * weight, height * height)


@scored(
    "body_surface_area",
    *(_WEIGHT, _HEIGHT),
    source="Mosteller RD, N Engl J Med 1987;317:1098, doi:10.1056/NEJM198710223171717",
    unit="m2",
    apart=math.inf,
)
def body_surface_area(weight: float, height: float) -> float:
    """Estimate the body surface area in m2 from kg and cm, after Mosteller."""
    return math.sqrt(weight * height / 3600)


@scored(
    "body_surface_area_dubois",
    *(_WEIGHT, _HEIGHT),
    source="Du Bois D, Du Bois EF, Arch Intern Med 1916;17:863, doi:10.1001/archinte.1916.00080130010002",
    unit="m2",
)
def body_surface_area_dubois(weight: float, height: float) -> float:
    """Estimate the body surface area in m2 from kg and cm, after Du Bois."""
    return float(0.007184 * weight**0.425 * height**0.725)


@scored(
    "mean_arterial_pressure",
    *(ScoreInput("systolic_blood_pressure", "mm[Hg]"), ScoreInput("diastolic_blood_pressure", "mm[Hg]")),
    source="one third of the pulse pressure above the diastolic pressure, the estimate in common use",
    unit="mm[Hg]",
    falling=(),
    apart=math.inf,
)
def mean_arterial_pressure(systolic_blood_pressure: float, diastolic_blood_pressure: float) -> float:
    """Estimate the mean arterial pressure in mmHg from the cuff's two pressures."""
    return (systolic_blood_pressure + 2 * diastolic_blood_pressure) / 3


@scored(
    "pao2_fio2_ratio",
    *(ScoreInput("pao2", "mm[Hg]"), _FIO2),
    source="the quotient as in the Berlin definition, JAMA 2012;307:2526, doi:10.1001/jama.2012.5669",
    unit="mm[Hg]",
    falling=("fio2",),
)
def pao2_fio2_ratio(pao2: float, fio2: float) -> float:
    """Divide PaO2 in mmHg by FiO2; FiO2 is a fraction, 0.21 on room air."""
    return ratio(pao2, fio2)


@scored(
    "spo2_fio2_ratio",
    *(ScoreInput("oxygen_saturation", "%"), _FIO2),
    source="the quotient as in the CLIF-SOFA score, doi:10.1053/j.gastro.2013.02.042",
    falling=("fio2",),
)
def spo2_fio2_ratio(oxygen_saturation: float, fio2: float) -> float:
    """Divide SpO2 in percent by FiO2; FiO2 is a fraction, 0.21 on room air."""
    return ratio(oxygen_saturation, fio2)


@scored(
    "egfr",
    *(CREATININE, AGE, SEX),
    source="CKD-EPI 2021: Inker LA et al., N Engl J Med 2021;385:1737, doi:10.1056/NEJMoa2102953",
    unit=_PER_SURFACE,
    apart=math.inf,
)
def egfr(creatinine: float, age: float, sex: float) -> float:
    """Estimate an adult's filtration rate by CKD-EPI 2021, in mL/min per 1.73 m2; creatinine in umol/L."""
    kappa, alpha, factor = (0.7, -0.241, 1.012) if sex else (0.9, -0.302, 1.0)
    share = to_mg_dl(creatinine, CREATININE_MASS) / kappa
    return float(142 * power(min(share, 1), alpha) * max(share, 1) ** -1.200 * 0.9938**age * factor)


@scored(
    "egfr_ckd_epi_2009",
    *(CREATININE, AGE, SEX),
    source="Levey AS et al., Ann Intern Med 2009;150:604, doi:10.7326/0003-4819-150-9-200905050-00006",
    unit=_PER_SURFACE,
)
def egfr_ckd_epi_2009(creatinine: float, age: float, sex: float) -> float:
    """Estimate an adult's filtration rate by CKD-EPI 2009 without its factor for race, in mL/min per 1.73 m2."""
    kappa, alpha, factor = (0.7, -0.329, 1.018) if sex else (0.9, -0.411, 1.0)
    share = to_mg_dl(creatinine, CREATININE_MASS) / kappa
    return float(141 * power(min(share, 1), alpha) * max(share, 1) ** -1.209 * 0.993**age * factor)


@scored(
    "gfr_mdrd",
    *(CREATININE, AGE, SEX),
    source="Levey AS et al., Ann Intern Med 2006;145:247, doi:10.7326/0003-4819-145-4-200608150-00004",
    unit=_PER_SURFACE,
)
def gfr_mdrd(creatinine: float, age: float, sex: float) -> float:
    """Estimate an adult's filtration rate by MDRD (standardised creatinine, no factor for race), per 1.73 m2."""
    share = to_mg_dl(creatinine, CREATININE_MASS)
    return 175 * power(share, -1.154) * power(age, -0.203) * (0.742 if sex else 1.0)


@scored(
    "creatinine_clearance",
    *(CREATININE, AGE, _WEIGHT, SEX),
    source="Cockcroft DW, Gault MH, Nephron 1976;16:31, doi:10.1159/000180580",
    unit="mL/min",
    apart=math.inf,
)
def creatinine_clearance(creatinine: float, age: float, weight: float, sex: float) -> float:
    """Estimate the creatinine clearance in mL/min after Cockcroft and Gault, by actual weight in kg."""
    share = 72 * to_mg_dl(creatinine, CREATININE_MASS)
    return ratio(max(140 - age, 0) * weight * (0.85 if sex else 1.0), share)


@scored(
    "creatinine_ratio",
    *(CREATININE, ScoreInput("creatinine", "umol/L", "baseline")),
    source="the quotient as in KDIGO's staging of acute kidney injury, Kidney Int Suppl 2012;2:1",
)
def creatinine_ratio(creatinine: float, creatinine_baseline: float) -> float:
    """Express creatinine as a multiple of its baseline."""
    return ratio(creatinine, creatinine_baseline)


@scored(
    "calcium_corrected",
    *(ScoreInput("calcium", "mmol/L"), ALBUMIN),
    source="0.8 mg/dL for each g/dL of albumin, after Payne RB et al., Br Med J 1973;4:643, doi:10.1136/bmj.4.5893.643",
    unit="mmol/L",
    apart=math.inf,
)
def calcium_corrected(calcium: float, albumin: float) -> float:
    """Estimate calcium in mmol/L as it would be with albumin at 40 g/L."""
    return calcium + 0.02 * (40 - albumin)


@scored(
    "qtcf",
    *(_QT, _HEART_RATE),
    source="Fridericia LS, 1920, in Ann Noninvasive Electrocardiol 2003;8:343, doi:10.1046/j.1542-474X.2003.08413.x",
    unit="ms",
)
def qtcf(qt_interval: float, heart_rate: float) -> float:
    """Correct the QT interval in ms after Fridericia, by the cube root of the beat's length in seconds."""
    return qt_interval * float((heart_rate / 60) ** (1 / 3))


@scored(
    "qtcb",
    *(_QT, _HEART_RATE),
    source="Bazett HC, 1920, in Ann Noninvasive Electrocardiol 1997;2:177, doi:10.1111/j.1542-474X.1997.tb00325.x",
    unit="ms",
)
def qtcb(qt_interval: float, heart_rate: float) -> float:
    """Correct the QT interval in ms after Bazett, by the square root of the beat's length in seconds."""
    return qt_interval * math.sqrt(heart_rate / 60)


@scored(
    "homa_ir",
    *(ScoreInput("fasting_glucose", "mmol/L"), ScoreInput("insulin", "m[IU]/L")),
    source="Matthews DR et al., Diabetologia 1985;28:412, doi:10.1007/BF00280883",
)
def homa_ir(fasting_glucose: float, insulin: float) -> float:
    """Compute HOMA-IR: fasting glucose in mmol/L times fasting insulin in mIU/L, over 22.5."""
    return fasting_glucose * insulin / 22.5


@scored(
    "anion_gap",
    SODIUM,
    ScoreInput("chloride", "mmol/L"),
    ScoreInput("bicarbonate", "mmol/L"),
    source="sodium less chloride and bicarbonate: Emmett M, Narins RG, Medicine 1977;56:38",
    unit="mmol/L",
)
def anion_gap(sodium: float, chloride: float, bicarbonate: float) -> float:
    """Compute the anion gap in mmol/L, without potassium and without correction for albumin."""
    return sodium - chloride - bicarbonate


@scored(
    "neutrophil_lymphocyte_ratio",
    *(ScoreInput("neutrophils", "10*9/L"), ScoreInput("lymphocytes", "10*9/L")),
    source="Zahorec R, Bratisl Lek Listy 2001;102:5, PMID 11723675",
)
def neutrophil_lymphocyte_ratio(neutrophils: float, lymphocytes: float) -> float:
    """Divide the neutrophils by the lymphocytes, both as counts."""
    return ratio(neutrophils, lymphocytes)
