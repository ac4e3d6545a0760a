"""How fast a release is made: from sealed batches through microdata to files, beside the fastest
bare way to read the same batches and to write the same rows (libsodium, json and pyarrow alone,
without anybody's protection).

Run: .venv/bin/python benchmarks/packs.py [RESPONSES ...] [--rounds N]

Without arguments 100,000 and 1,000,000 responses of 24 items in three waves. Every measurement is a
process of its own, so that its peak of resident memory is its own too. Rows a second are counted by
the clock and, where other programs keep the processor busy, by time of the processor as well.
"""

import argparse
import json
import os
import random
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import yaml

from assessments.ballot_box.batches import BATCH_ROWS, Row, seal_rows, unseal_rows
from assessments.covariates import COVARIATES
from assessments.frame import Frame
from assessments.instruments import parse_instrument
from assessments.studies import parse_study

ROOT = Path(__file__).resolve().parent.parent
KEY, STUDY = bytes(32), uuid.UUID(int=5)
SEATS = 28
BATCHES = "batches"
BATCHES_AT_A_TIME = 20


def sample_frame() -> Frame:
    def read(name: str) -> dict[str, Any]:
        return dict(yaml.safe_load((ROOT / "assessments" / name).read_text(encoding="utf-8")))

    instrument = parse_instrument(read("instruments/sample-cit-attitudes-2.yaml"))
    return Frame(STUDY, parse_study(read("studies/cit-attitudes.yaml"), instrument), instrument)


def made_up_rows(responses: int, frame: Frame) -> Iterator[Row]:
    """Answers that drift upwards from wave to wave; two thirds of all people answer every wave."""
    draw = random.Random(1)  # noqa: S311 - nobody's answers
    waves, given, person = frame.study.wave_codes, 0, 0
    items = [item.code for item in frame.instrument.items]
    choices = {name: list(COVARIATES[name].choices) for name in frame.study.covariates}
    while given < responses:
        person += 1
        code, level = secrets.token_hex(16), draw.gauss(3, 0.8)
        covariates = {name: draw.choice(own) for name, own in choices.items()}
        for place, wave in enumerate(waves[: 3 if draw.random() < 0.67 else draw.choice((1, 2))]):
            given += 1
            answers = {
                item: min(5, max(1, round(draw.gauss(level + 0.2 * place, 1)))) for item in items
            }
            yield {
                "code": code,
                "wave": wave,
                "version": frame.instrument.version,
                "answers": answers,
                "cohort": f"C{person // SEATS}",
                "covariates": covariates,
            }


def seal(responses: int, folder: Path) -> None:
    """Batches as the responses database holds them, one after the other in a file."""
    rows, frame = [], sample_frame()
    with (folder / BATCHES).open("wb") as file:
        for row in made_up_rows(responses, frame):
            rows.append(row)
            if len(rows) == BATCH_ROWS:
                _append(file, rows)
                rows = []
        if rows:
            _append(file, rows)


def _append(file: Any, rows: list[Row]) -> None:
    for batch in seal_rows(rows, KEY, STUDY):
        file.write(len(batch).to_bytes(4, "big") + batch)


def sealed(folder: Path) -> Iterator[bytes]:
    with (folder / BATCHES).open("rb") as file:
        while length := file.read(4):
            yield file.read(int.from_bytes(length, "big"))


def bare(folder: Path) -> tuple[int, dict[str, float]]:
    """Reads and writes the rows as they are: CSV and Parquet, some batches at a time."""
    import pyarrow as pa
    from nacl.secret import Aead
    from pyarrow import csv, parquet

    frame = sample_frame()
    items = [item.code for item in frame.instrument.items]
    texts = pa.dictionary(pa.int8(), pa.string())
    names = ["wave", *frame.study.covariates]
    schema = pa.schema(
        [("code", pa.string())]
        + [(name, texts) for name in names]
        + [(item, pa.int8()) for item in items]
    )
    count, seconds, box = 0, {"read": 0.0, "write": 0.0}, Aead(KEY)
    with (
        csv.CSVWriter(folder / "bare.csv", schema) as comma,
        parquet.ParquetWriter(folder / "bare.parquet", schema) as columns,
    ):
        batches = sealed(folder)
        while some := list(islice(batches, BATCHES_AT_A_TIME)):
            start = time.perf_counter()
            pieces = [json.loads(box.decrypt(batch, aad=STUDY.bytes)) for batch in some]
            rows = list(chain.from_iterable(pieces))
            parts = {"code": [row["code"] for row in rows], "wave": [row["wave"] for row in rows]}
            parts |= {name: [row["covariates"].get(name) for row in rows] for name in names[1:]}
            parts |= {item: [row["answers"].get(item) for row in rows] for item in items}
            piece = pa.RecordBatch.from_pydict(parts, schema)
            read = time.perf_counter()
            comma.write_batch(piece)
            columns.write_batch(piece)
            count += len(rows)
            seconds["read"] += read - start
            seconds["write"] += time.perf_counter() - read
    return count, seconds


def stream(folder: Path) -> tuple[int, dict[str, float]]:
    """The release as CSV and Parquet."""
    from assessments.packs.columnar import write_parquet
    from assessments.packs.delimited import write_csv
    from assessments.packs.reading import rows_of
    from assessments.packs.tables import LongTable

    start = time.perf_counter()
    microdata, frame = _release(folder)
    released = time.perf_counter()
    table = LongTable(rows_of(microdata.long, frame))
    write_csv(table.pieces(), folder / "long.csv")
    write_parquet(table, {}, folder / "long.parquet")
    return len(table), {"release": released - start, "write": time.perf_counter() - released}


def pack(folder: Path) -> tuple[int, dict[str, float]]:
    """The release as a whole pack."""
    from assessments.packs import About, write_pack

    start = time.perf_counter()
    microdata, frame = _release(folder)
    released = time.perf_counter()
    about = About(1, "Benchmark", "Nobody", date(2026, 1, 1))
    write_pack(microdata, frame, about, folder / "pack")
    seconds = {"release": released - start, "pack": time.perf_counter() - released}
    return len(microdata.long), seconds


def _release(folder: Path) -> tuple[Any, Frame]:
    from assessments.microdata import make_release

    frame = sample_frame()
    rows = unseal_rows(sealed(folder), KEY, STUDY)
    return make_release(rows, frame, profile=frame.study.release), frame


MODES: dict[str, Callable[[Path], tuple[int, dict[str, float]]]] = {
    "bare": bare,
    "stream": stream,
    "pack": pack,
}


def measure(mode: str, folder: Path) -> None:
    """In a process of its own: prints what one round took."""
    count, seconds = MODES[mode](folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"rows": count, "peak": used.ru_maxrss / 1024, **seconds}
    print(json.dumps(told | {"processor": used.ru_utime + used.ru_stime}))


def measured(mode: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", mode, "--folder", str(folder)]
    start = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return dict(json.loads(done.stdout)) | {"clock": time.perf_counter() - start}


def report(responses: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = Path(name)
        seal(responses, folder)
        # Round by round, so that what else the machine does falls on all alike.
        taken = [{mode: measured(mode, folder) for mode in MODES} for _ in range(rounds)]
    found = {mode: [one[mode] for one in taken] for mode in MODES}
    print(f"\n{responses:,} responses of 24 items; medians of {rounds} rounds")
    for mode, all_rounds in found.items():
        middle = {key: statistics.median(one[key] for one in all_rounds) for key in all_rounds[0]}
        steps = ", ".join(
            f"{key} {middle[key]:.1f} s ({middle['rows'] / middle[key]:,.0f} rows/s)"
            for key in ("read", "release", "write", "pack")
            if key in middle
        )
        print(
            f"{mode:7} {steps}; processor {middle['processor']:.1f} s, peak {middle['peak']:.0f} MB"
        )
    for key in ("clock", "processor"):
        ratios = [a[key] / b[key] for a, b in zip(found["stream"], found["bare"], strict=True)]
        print(f"CSV and Parquet, by {key}: {statistics.median(ratios):.2f} x bare")
    writes = [a["write"] / b["write"] for a, b in zip(found["stream"], found["bare"], strict=True)]
    print(f"writing alone: {statistics.median(writes):.2f} x bare")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("responses", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", choices=MODES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        return measure(chosen.measure, chosen.folder)
    for responses in chosen.responses:
        report(responses, chosen.rounds)
    return None


if __name__ == "__main__":
    main()
