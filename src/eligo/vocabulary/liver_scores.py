"""Scores of liver disease: numbers in canonical units in, a score out, each formula with its paper.

Umol/L is turned back into the mg/dL that the papers use; steps are compared in umol/L, where their limits are exact.
"""

from __future__ import annotations

import math

from eligo.vocabulary.scoring import (
    AGE,
    ALBUMIN,
    BILIRUBIN,
    BILIRUBIN_MASS,
    CREATININE,
    CREATININE_MASS,
    DIALYSIS,
    INR,
    PLATELETS,
    SEX,
    SODIUM,
    WHITE_CELLS,
    ScoreInput,
    clamp,
    in_umol_l,
    ln,
    ratio,
    scored,
    to_mg_dl,
    whole,
)

_AST = ScoreInput("ast", "U/L")
_ALT = ScoreInput("alt", "U/L")
_ENCEPHALOPATHY = ScoreInput("hepatic_encephalopathy_grade")
_ASCITES = ScoreInput("ascites_grade")


def _meld_i(total_bilirubin: float, creatinine: float, inr: float, dialysis: float) -> float:
    """Give the unrounded MELD: values below 1 count as 1, creatinine at most as 4 mg/dL, and as 4 on dialysis."""
    bilirubin = max(to_mg_dl(total_bilirubin, BILIRUBIN_MASS), 1.0)
    kidney = 4.0 if dialysis else clamp(to_mg_dl(creatinine, CREATININE_MASS), 1.0, 4.0)
    return 9.57 * ln(kidney) + 3.78 * ln(bilirubin) + 11.2 * ln(max(inr, 1.0)) + 6.43


@scored(
    "meld",
    *(BILIRUBIN, CREATININE, INR, DIALYSIS),
    source="Kamath PS et al., Hepatology 2001;33:464, doi:10.1053/jhep.2001.22172; bounds of the UNOS form of 2002",
    falling=(),
    apart=1,
    whole_number=True,
)
def meld(total_bilirubin: float, creatinine: float, inr: float, renal_replacement_therapy: float) -> float:
    """Compute MELD, a whole number from 6 to 40; dialysis means at least twice in the week before."""
    return clamp(whole(_meld_i(total_bilirubin, creatinine, inr, renal_replacement_therapy)), 6, 40)


@scored(
    "meld_na",
    *(BILIRUBIN, CREATININE, INR, SODIUM, DIALYSIS),
    source="OPTN policy 9 of 2016-01-11 after Kim WR et al., N Engl J Med 2008;359:1018, doi:10.1056/NEJMoa0801209",
    apart=1,
    whole_number=True,
)
def meld_na(
    total_bilirubin: float, creatinine: float, inr: float, sodium: float, renal_replacement_therapy: float
) -> float:
    """Compute MELD-Na of 2016, 6 to 40; sodium (125 to 137 mmol/L) counts only where MELD is above 11.

    MELD is compared with 11 as the whole number that it is; the sum is rounded once, at the end.
    """
    first = _meld_i(total_bilirubin, creatinine, inr, renal_replacement_therapy)
    lack = 137 - clamp(sodium, 125, 137)
    score = first + 1.32 * lack - 0.033 * first * lack if whole(first) > 11 else first
    return clamp(whole(score), 6, 40)


@scored(
    "meld_na_kim2008",
    *(BILIRUBIN, CREATININE, INR, SODIUM, DIALYSIS),
    source="Kim WR et al., N Engl J Med 2008;359:1018, doi:10.1056/NEJMoa0801209",
    apart=1,
    whole_number=True,
)
def meld_na_kim2008(
    total_bilirubin: float, creatinine: float, inr: float, sodium: float, renal_replacement_therapy: float
) -> float:
    """Compute MELD-Na as first published, 6 to 40; sodium 125 to 140 mmol/L, at any MELD."""
    first = _meld_i(total_bilirubin, creatinine, inr, renal_replacement_therapy)
    lack = 140 - clamp(sodium, 125, 140)
    return clamp(whole(first + lack - 0.025 * first * lack), 6, 40)


@scored(
    "meld_3",
    *(SEX, BILIRUBIN, CREATININE, INR, SODIUM, ALBUMIN, DIALYSIS),
    source="Kim WR et al., Gastroenterology 2021;161:1887, doi:10.1053/j.gastro.2021.08.050; capped as by OPTN",
    apart=1,
    whole_number=True,
)
def meld_3(
    sex: float,
    total_bilirubin: float,
    creatinine: float,
    inr: float,
    sodium: float,
    albumin: float,
    renal_replacement_therapy: float,
) -> float:
    """Compute MELD 3.0 of adults, 6 to 40; creatinine 1 to 3 mg/dL, sodium 125 to 137 mmol/L, albumin 15 to 35 g/L."""
    bilirubin = ln(max(to_mg_dl(total_bilirubin, BILIRUBIN_MASS), 1.0))
    kidney = ln(3.0 if renal_replacement_therapy else clamp(to_mg_dl(creatinine, CREATININE_MASS), 1.0, 3.0))
    salt = 137 - clamp(sodium, 125, 137)
    protein = 3.5 - clamp(albumin / 10, 1.5, 3.5)
    score = 1.33 * sex + 4.56 * bilirubin + 0.82 * salt - 0.24 * salt * bilirubin + 9.09 * ln(max(inr, 1.0))
    score += 11.14 * kidney + 1.85 * protein - 1.83 * protein * kidney + 6
    return clamp(whole(score), 6, 40)


@scored(
    "ukeld",
    *(BILIRUBIN, CREATININE, INR, SODIUM),
    source="Barber K et al., Transplantation 2011;92:469, doi:10.1097/TP.0b013e318225db4d",
    apart=0.5,
    whole_number=True,
)
def ukeld(total_bilirubin: float, creatinine: float, inr: float, sodium: float) -> float:
    """Compute UKELD, a whole number of about 35 to 80; bilirubin and creatinine in umol/L, sodium in mmol/L."""
    score = 5.395 * ln(inr) + 1.485 * ln(creatinine) + 3.13 * ln(total_bilirubin) - 81.565 * ln(sodium) + 435
    return whole(score)


_BILIRUBIN_2, _BILIRUBIN_3 = (in_umol_l(limit, BILIRUBIN_MASS) for limit in ("2", "3"))


@scored(
    "child_pugh_score",
    *(BILIRUBIN, ALBUMIN, INR, _ASCITES, _ENCEPHALOPATHY),
    source="Pugh RN et al., Br J Surg 1973;60:646, doi:10.1002/bjs.1800600817; INR limits as in common use",
    falling=("albumin",),
)
def child_pugh_score(
    total_bilirubin: float, albumin: float, inr: float, ascites_grade: float, hepatic_encephalopathy_grade: float
) -> float:
    """Sum the Child-Pugh points, 5 to 15: bilirubin 2 and 3 mg/dL, albumin 35 and 28 g/L, INR 1.7 and 2.3.

    Ascites grade 1 is slight (2 points), from grade 2 on it is moderate or more (3); encephalopathy 1-2 is 2, 3-4 is 3.
    """
    liver = 1 + (total_bilirubin >= _BILIRUBIN_2) + (total_bilirubin > _BILIRUBIN_3)
    protein = 1 + (albumin <= 35) + (albumin < 28)
    clotting = 1 + (inr >= 1.7) + (inr > 2.3)
    ascites = 1 + (ascites_grade >= 1) + (ascites_grade >= 2)
    brain = 1 + (hepatic_encephalopathy_grade >= 1) + (hepatic_encephalopathy_grade >= 3)
    return liver + protein + clotting + ascites + brain


@scored(
    "child_pugh_class",
    ScoreInput("child_pugh_score"),
    source="Pugh RN et al., Br J Surg 1973;60:646, doi:10.1002/bjs.1800600817",
    falling=(),
)
def child_pugh_class(child_pugh_score: float) -> float:
    """Turn Child-Pugh points into the class: A (1) up to 6, B (2) 7 to 9, C (3) from 10 on."""
    return 1 + (child_pugh_score >= 7) + (child_pugh_score >= 10)


@scored(
    "albi",
    *(BILIRUBIN, ALBUMIN),
    source="Johnson PJ et al., J Clin Oncol 2015;33:550, doi:10.1200/JCO.2014.57.9151",
)
def albi(total_bilirubin: float, albumin: float) -> float:
    """Compute ALBI, about -4 to 0; bilirubin in umol/L, albumin in g/L."""
    return 0.66 * ln(total_bilirubin) / math.log(10) - 0.085 * albumin


@scored(
    "albi_grade",
    ScoreInput("albi"),
    source="Johnson PJ et al., J Clin Oncol 2015;33:550, doi:10.1200/JCO.2014.57.9151",
)
def albi_grade(albi: float) -> float:
    """Turn ALBI into its grade: 1 up to -2.60, 2 up to -1.39, 3 above."""
    return 1 + (albi > -2.60) + (albi > -1.39)


@scored(
    "apri",
    *(_AST, ScoreInput("ast", "U/L", "uln", plausible=(20, 80)), PLATELETS),
    source="Wai CT et al., Hepatology 2003;38:518, doi:10.1053/jhep.2003.50346",
)
def apri(ast: float, ast_uln: float, platelets: float) -> float:
    """Compute APRI, from 0 on: AST in multiples of its upper limit of normal, per platelets in 10*9/L, times 100."""
    return ratio(100 * ast / ast_uln, platelets)


@scored(
    "fib4",
    *(AGE, _AST, _ALT, PLATELETS),
    source="Sterling RK et al., Hepatology 2006;43:1317, doi:10.1002/hep.21178",
)
def fib4(age: float, ast: float, alt: float, platelets: float) -> float:
    """Compute FIB-4, from 0 on: age in years, AST and ALT in U/L, platelets in 10*9/L; made for ages 35 to 65."""
    return ratio(age * ast, platelets * math.sqrt(alt))


@scored(
    "maddrey",
    *(
        ScoreInput("prothrombin_time", "s"),
        ScoreInput("prothrombin_time", "s", "control", plausible=(9, 16)),
        BILIRUBIN,
    ),
    source="Carithers RL et al., Ann Intern Med 1989;110:685, doi:10.7326/0003-4819-110-9-685",
)
def maddrey(prothrombin_time: float, prothrombin_time_control: float, total_bilirubin: float) -> float:
    """Compute Maddrey's function, modified: 4.6 times the seconds above control, plus bilirubin in mg/dL."""
    return 4.6 * (prothrombin_time - prothrombin_time_control) + to_mg_dl(total_bilirubin, BILIRUBIN_MASS)


@scored(
    "clif_c_aclf",
    *(ScoreInput("clif_c_of"), AGE, WHITE_CELLS),
    source="Jalan R et al., J Hepatol 2014;61:1038, doi:10.1016/j.jhep.2014.06.012",
)
def clif_c_aclf(clif_c_of: float, age: float, white_blood_cells: float) -> float:
    """Compute the CLIF-C ACLF score, 0 to 100; age in years, white cells in 10*9/L."""
    return clamp(10 * (0.33 * clif_c_of + 0.04 * age + 0.63 * ln(white_blood_cells) - 2), 0, 100)


@scored(
    "clif_c_ad",
    *(AGE, CREATININE, INR, WHITE_CELLS, SODIUM),
    source="Jalan R et al., J Hepatol 2015;62:831, doi:10.1016/j.jhep.2014.11.012",
)
def clif_c_ad(age: float, creatinine: float, inr: float, white_blood_cells: float, sodium: float) -> float:
    """Compute the CLIF-C AD score (acute decompensation without ACLF), 0 to 100; white cells in 10*9/L."""
    kidney = ln(to_mg_dl(creatinine, CREATININE_MASS))
    score = 0.03 * age + 0.66 * kidney + 1.71 * ln(inr) + 0.88 * ln(white_blood_cells) - 0.05 * sodium + 8
    return clamp(10 * score, 0, 100)
