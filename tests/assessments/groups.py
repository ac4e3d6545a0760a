"""A study of one scale with cohorts, and vintages of it as the portal would make them, without a
database."""

from collections.abc import Iterable, Sequence
from random import Random

from assessments.disclosure import without_noughts
from assessments.instruments import parse_instrument
from assessments.outcome_parts import Made, with_parts
from assessments.outcomes import Response, core_of
from assessments.response_table import of_training, response_table, row_ids
from assessments.scores import scores_of
from assessments.studies import parse_study
from assessments.told import Told

T = 10
ITEMS = [f"A{number}" for number in range(1, 7)]
INSTRUMENT = parse_instrument(
    {
        "code": "sample",
        "version": 1,
        "title": {"en": "Sample"},
        "licence": "x",
        "citation": "x",
        "response_scales": {"five": {"type": "likert", "min": 1, "max": 5}},
        "items": [
            {"code": code, "section": 1, "text": {"en": "?"}, "scale": "five"} for code in ITEMS
        ],
        "scales": [
            {
                "code": "a",
                "title": {"en": "a"},
                "items": ITEMS,
                "score": "mean",
                "min_answered": 2,
                "better": "higher",
            }
        ],
    }
)
WAVES = ("pre", "post", "later")
STUDY = parse_study(
    {
        "code": "s",
        "title": "s",
        "instrument": "sample",
        "instrument_version": 1,
        "waves": [{"code": wave} for wave in WAVES],
        "primary": "a",
        "covariates": ["rank_band"],
        "information_sheet": {"version": 1, "text": "x"},
        "threshold": T,
    },
    INSTRUMENT,
)
YEARS = {"c1": "2026", "c2": "2026", "c3": "2026", "c4": "2027", "c5": "2027", "c6": "2027"}


def cohort(
    name: str,
    size: int,
    waves: Sequence[str] = ("pre", "post"),
    ranks: Sequence[str] = ("line",),
    start: int = 0,
) -> list[Response]:
    """So many people who answered these waves, the same ones each time they are asked for."""
    made = []
    for number in range(start, start + size):
        random = Random(f"{name} {number}")
        rank = random.choice(ranks)
        for wave in WAVES:
            answers = {item: random.randint(1, 5) for item in ITEMS}
            row = f"{random.getrandbits(64):016x}"
            if wave in waves:
                made.append(
                    Response(
                        f"{name}{number}",
                        wave,
                        1,
                        answers,
                        cohort=name,
                        covariates={"rank_band": rank},
                        row=row,
                    )
                )
    return made


def first(responses: Iterable[Response]) -> Made:
    return after([], responses)


def after(past: Sequence[Told | None], responses: Iterable[Response]) -> Made:
    """A vintage after others, as far as its parts go: its core is taken to be allowed."""
    table = response_table(responses, STUDY, INSTRUMENT)
    scored = scores_of(table, STUDY, INSTRUMENT, YEARS)
    core = without_noughts(core_of(of_training(table, STUDY), STUDY, INSTRUMENT))
    return with_parts(core, scored, row_ids(table, scored.people.index, STUDY.wave_codes), past)


def breakdown(made: Made, *by: str, pair: tuple[str, str] = ("pre", "post")) -> dict:
    return next(
        one
        for one in made.report["breakdowns"]
        if (one["from"], one["to"]) == pair and tuple(one["by"]) == by
    )


def shown(made: Made, *by: str, pair: tuple[str, str] = ("pre", "post")) -> dict[str, int]:
    """How many are in each group that is shown, the rest by the name of "rest"."""
    one = breakdown(made, *by, pair=pair)
    found = {" ".join(group["labels"]): group["n"] for group in one["groups"]}
    return found | ({"rest": one["rest"]["n"]} if one["rest"] else {})
