"""Writing a pack: every file of a release, into one folder."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assessments.frame import Frame
from assessments.instrument_files import document_yaml, instrument_yaml
from assessments.packs.about import About
from assessments.packs.codebook import codebook_html
from assessments.packs.columnar import write_parquet
from assessments.packs.counts import Counts, counts_of
from assessments.packs.datapackage import descriptor, digest_of
from assessments.packs.ddi import codebook_xml
from assessments.packs.delimited import write_csv
from assessments.packs.documents import (
    instrument_digest,
    json_text,
    scoring_document,
    study_document,
)
from assessments.packs.main_table import main_table, scores_of
from assessments.packs.reading import rows_of, wide_of
from assessments.packs.readme import readme
from assessments.packs.spss import write_sav
from assessments.packs.stata import write_dta
from assessments.packs.tables import LongTable, Rows, Table, WideTable
from assessments.packs.variables import LANGUAGE

if TYPE_CHECKING:
    import pyarrow as pa

    from assessments.microdata import Microdata, Told

Progress = Callable[[int, int, str], None]
Writer = Callable[[Path], object]
MOST_LABELLED_ROWS = 250_000
"""Beyond these, files for SPSS and Stata are left out: see `labelled`."""
_STARTERS = Path(__file__).parent / "starters"


def write_pack(
    microdata: "Microdata",
    frame: Frame,
    about: About,
    folder: Path,
    progress: Progress = lambda step, of, words: None,
) -> list[Path]:
    """Writes the files of a release into a folder, which is made if need be, and returns them in
    the order of writing; the last are README.md, datapackage.json and SHA256SUMS. Equal rows and
    facts make equal bytes.

    `progress` is told the number of each file before it is written, of how many, and its name.
    Raises UnknownColumn, UnknownWave and DoubledResponse before anything is written.
    """
    rows = rows_of(microdata.long, frame)
    pack = _Pack(rows, wide_of(rows), microdata.told, about, folder)
    folder.mkdir(parents=True, exist_ok=True)
    return pack.write(progress)


@dataclass(frozen=True)
class _Pack:
    rows: Rows
    wide: WideTable
    told: "Told"
    about: About
    folder: Path

    def write(self, progress: Progress) -> list[Path]:
        writers = self._data() | self._documents() | self._index()
        paths = [self.folder / name for name in writers]
        for step, (path, write) in enumerate(zip(paths, writers.values(), strict=True), start=1):
            progress(step, len(paths), path.name)
            write(path)
        return paths

    @cached_property
    def tables(self) -> tuple[Table, Table]:
        return LongTable(self.rows), self.wide

    @cached_property
    def scores(self) -> "pa.Table":
        return scores_of(self.rows)

    @cached_property
    def changes(self) -> "pa.Table":
        return main_table(self.rows, self.scores)

    @cached_property
    def counts(self) -> list[Counts]:
        return counts_of(self.rows)

    def _data(self) -> dict[str, Writer]:
        long, wide = self.tables
        return {
            "data_long.csv": lambda path: write_csv(long.pieces(), path),
            "data_wide.csv": lambda path: write_csv(wide.pieces(), path),
            "data_long.parquet": lambda path: write_parquet(long, self._facts(), path),
            **(self._labelled() if len(self.rows.table) <= MOST_LABELLED_ROWS else {}),
            "scores.csv": lambda path: write_csv(self.scores.to_batches(), path),
            "main_table.csv": lambda path: write_csv(self.changes.to_batches(), path),
        }

    def _labelled(self) -> dict[str, Writer]:
        marks, title, day = self.rows.marks, self.title, self.about.made_on
        return {
            f"{table.name}.{ending}": lambda path, table=table, write=write: write(  # type: ignore[misc]
                table, marks, title, day, path
            )
            for table in self.tables
            for ending, write in (("sav", write_sav), ("dta", write_dta))
        }

    def _documents(self) -> dict[str, Writer]:
        rows, frame = self.rows, self.rows.frame
        return {
            "reproduce.py": lambda path: shutil.copyfile(_STARTERS / path.name, path),
            "reproduce.R": lambda path: shutil.copyfile(_STARTERS / path.name, path),
            "scoring.json": _text(lambda: json_text(scoring_document(rows))),
            "instrument.yaml": _text(lambda: instrument_yaml(frame.instrument)),
            "study.yaml": _text(lambda: document_yaml(study_document(frame.study))),
            "codebook.html": _text(lambda: codebook_html(rows, self.wide, self.counts, self.about)),
            "codebook.xml": _text(lambda: codebook_xml(rows, self.tables, self.counts, self.about)),
        }

    def _index(self) -> dict[str, Writer]:
        names = [*self._data(), *self._documents()]
        return {
            "README.md": _text(lambda: self._readme([*names, "datapackage.json", "SHA256SUMS"])),
            "datapackage.json": _text(lambda: json_text(self._descriptor([*names, "README.md"]))),
            "SHA256SUMS": _text(lambda: self._sums([*names, "README.md", "datapackage.json"])),
        }

    def _readme(self, names: list[str]) -> str:
        return readme(self.rows, self.told, self.about, names, self.changes.to_pylist())

    def _descriptor(self, names: list[str]) -> dict[str, object]:
        return descriptor(
            self.rows, self.tables, self.about, [self.folder / name for name in names]
        )

    def _sums(self, names: list[str]) -> str:
        digests = {name: digest_of(self.folder / name) for name in sorted(names)}
        return "".join(f"{digest}  {name}\n" for name, digest in digests.items())

    @property
    def title(self) -> str:
        return f"{self.rows.frame.study.title_in(LANGUAGE)}: release {self.about.number}"

    def _facts(self) -> Mapping[str, str]:
        return {
            "title": self.title,
            "study": self.rows.frame.study.code,
            "release": str(self.about.number),
            "made_on": self.about.made_on.isoformat(),
            "instrument": f"{self.rows.frame.instrument.code}/{self.rows.frame.instrument.version}",
            "sha256_of_instrument_yaml": instrument_digest(self.rows.frame),
        }


def _text(words: Callable[[], str]) -> Writer:
    return lambda path: path.write_text(words(), encoding="utf-8", newline="\n")
