"""How long the outcomes of 100,000 responses take, beside bare pandas and scipy on the same rows.

50,000 people before and after, 24 items in four scales, in 400 cohorts, sealed in batches in a
temporary database like those of an import. Measured: the first vintage (cold: batches opened, every
number worked out, through disclosure control and kept), the same asked for again (warm: what a page
reads), and bare figures: the scores of both waves, their means, paired t and Cronbach's alpha.

Run: .venv/bin/python benchmarks/outcomes.py [PEOPLE]
"""

import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import compress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROUNDS = 3
ITEMS, SCALES, COHORT = 24, 4, 125
SIZE = ITEMS // SCALES
CODES = [f"Q{number}" for number in range(1, ITEMS + 1)]
Row = dict[str, Any]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def _temporary_database() -> Iterator[None]:
    folder = Path(tempfile.mkdtemp())
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "lms.settings.test",
        "PORTAL_VAR": str(folder),
        "DATABASE_URL": "",
        "RESPONSES_DATABASE_URL": "",
    }
    try:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("migrate", "ballot_box", database="responses", verbosity=0)
        yield
    finally:
        shutil.rmtree(folder)


def _instrument() -> dict[str, Any]:
    asked = {"section": 1, "text": {"en": "A statement."}, "scale": "agree5"}
    return {
        "code": "many",
        "version": 1,
        "title": {"en": "Twenty-four statements"},
        "licence": "none",
        "citation": "none",
        "response_scales": {"agree5": {"type": "likert", "min": 1, "max": 5}},
        "items": [{"code": code, **asked} for code in CODES],
        "scales": [_scale(number) for number in range(SCALES)],
    }


def _scale(number: int) -> dict[str, Any]:
    first, reversed_one, *others = CODES[number * SIZE : (number + 1) * SIZE]
    return {
        "code": f"scale_{number}",
        "title": {"en": f"Scale {number}"},
        "items": [first, f"-{reversed_one}", *others],
        "score": "mean",
        "min_answered": SIZE - 1,
        "better": "higher",
    }


def _study(code: str) -> dict[str, Any]:
    scales = [f"scale_{number}" for number in range(SCALES)]
    return {
        "code": code,
        "title": "Many",
        "instrument": "many",
        "instrument_version": 1,
        "waves": [{"code": "pre", "title": "Before"}, {"code": "post", "title": "After"}],
        "primary": scales[0],
        "family": scales,
        "covariates": ["rank_band", "workforce"],
        "margins": {scales[0]: 0.2},
        "information_sheet": {"version": "1", "text": {"en": "Drawn by chance."}},
    }


def _rows(people: int) -> list[Row]:
    """Everybody in both waves; one answer in fifty is left out."""
    import numpy as np

    draw = np.random.default_rng(1)
    levels = draw.normal(3, 0.6, people)
    ranks = draw.choice(["line", "supervisor", "command"], people, p=[0.6, 0.25, 0.15]).tolist()
    fields = draw.choice(["sworn", "ems", "dispatch"], people, p=[0.5, 0.3, 0.2]).tolist()
    rows = []
    for wave, gain in (("pre", 0.0), ("post", 0.2)):
        drawn = draw.normal(levels[:, None] + gain, 0.9, (people, ITEMS))
        answers = np.clip(np.round(drawn), 1, 5).astype(int).tolist()
        given = (draw.random((people, ITEMS)) > 0.02).tolist()
        rows += [
            {
                "code": f"{person:032x}",
                "wave": wave,
                "version": 1,
                "answers": dict(compress(zip(CODES, answers[person], strict=True), given[person])),
                "cohort": f"cohort {person // COHORT}",
                "covariates": {"rank_band": ranks[person], "workforce": fields[person]},
            }
            for person in range(people)
        ]
    return rows


def _bare(rows: list[Row]) -> object:
    """Scores, means, paired t and alpha of all scales; no guard, no store, nothing else."""
    import pandas as pd
    from scipy import stats

    records = ({"code": row["code"], "wave": row["wave"], **row["answers"]} for row in rows)
    frame = pd.DataFrame(list(records))
    figures = []
    for number in range(SCALES):
        keyed = frame[CODES[number * SIZE : (number + 1) * SIZE]].astype(float)
        keyed.iloc[:, 1] = 6 - keyed.iloc[:, 1]
        score = keyed.mean(axis=1).where(keyed.notna().sum(axis=1) >= SIZE - 1)
        wide = (
            frame.assign(score=score).pivot(index="code", columns="wave", values="score").dropna()
        )
        whole = keyed.dropna()
        alpha = SIZE / (SIZE - 1) * (1 - whole.var().sum() / whole.sum(axis=1).var())
        test = stats.ttest_rel(wide["post"], wide["pre"])
        figures.append((wide.mean(), wide.std(), test, alpha))
    return figures


def _sealed_study(code: str, rows: list[Row]) -> Any:
    from assessments.actions import create_study_keys, import_responses, load_study
    from assessments.models import Study

    load_study(document=_study(code), by=None)
    create_study_keys(study=Study.objects.get(code=code), by=None)
    study = Study.objects.get(code=code)
    import_responses(study=study, rows=rows, by=None)
    return study


def _measured(code: str, rows: list[Row]) -> tuple[float, float, float]:
    """Seconds of a first vintage, of asking again, and of bare figures."""
    from assessments.actions import current_vintage

    study = _sealed_study(code, rows)
    cold = _seconds(lambda: current_vintage(study=study))
    warm = statistics.median(_seconds(lambda: current_vintage(study=study)) for _ in range(5))
    return cold, warm, _seconds(lambda: _bare(rows))


def main(people: int) -> None:
    with _temporary_database():
        from assessments.actions import load_instrument

        load_instrument(document=_instrument(), by=None)
        rows = _rows(people)
        times = [_measured(f"many-{number}", rows) for number in range(ROUNDS)]
    cold, warm, bare = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(one / other for one, _, other in times)
    print(f"{len(rows):,} responses, median of {ROUNDS}")
    print(f"cold, every number worked out: {cold:.1f} s, {ratio:.1f} x bare ({bare:.1f} s)")
    print(f"warm, kept figures read again: {1000 * warm:.1f} ms")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
