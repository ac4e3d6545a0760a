"""What earlier releases told about each row: kept under both parties' shares, given to the next."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assessments.microdata.columns import Array

WITHHELD = -1
"""The class of rows that were released and are not again: others of their class have gone."""
NEVER = -2
"""The class of rows that were left out of a release: they never leave, or a report less the
releases would be about fewer and fewer."""
WAITING = -3
"""The class of rows whose cohorts waited for a block."""


@dataclass(frozen=True)
class Labels:
    """What a class tells of its people, the same in every later release."""

    arm: str
    cluster: str = ""
    covariates: Mapping[str, str] = field(default_factory=dict)

    def value(self, column: str) -> str:
        """What stands in a column of labels; "" for nothing."""
        own = {"arm": self.arm, "cluster": self.cluster}
        return own[column] if column in own else self.covariates.get(column, "")


@dataclass(frozen=True)
class Classes:
    """Every row that a release held or left out, and what all releases together tell of it.

    Per row its id as a number (ascending), its class and its unit: rows of one unit were shown to
    be one person's. People of one class cannot be told apart by all releases together, save by what
    they answered. `digest` tells whether a new row is an old one under another id. `labels` belong
    to the classes by number, `clusters` give each cohort's block.
    """

    row: Array
    klass: Array
    unit: Array
    digest: Array
    labels: tuple[Labels, ...] = ()
    clusters: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.row)

    def __repr__(self) -> str:
        return f"<Classes of {len(self)} rows>"

    @classmethod
    def none(cls) -> "Classes":
        """Nothing was released yet."""
        numbers = np.zeros(0, np.uint64)
        return cls(numbers, np.zeros(0, np.int32), np.zeros(0, np.int32), numbers)

    def to_bytes(self) -> bytes:
        """To be sealed (`ballot_box.batches.seal_classes`); 24 bytes a row."""
        words = {"labels": [_words(one) for one in self.labels], "clusters": dict(self.clusters)}
        text = json.dumps(words).encode()
        head = len(text).to_bytes(8, "big") + len(self).to_bytes(8, "big")
        columns = (self.row, self.digest, self.klass, self.unit)
        return head + text + b"".join(np.ascontiguousarray(one).tobytes() for one in columns)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Classes":
        """What `to_bytes` made; filling after it is ignored."""
        length, rows = (int.from_bytes(content[n : n + 8], "big") for n in (0, 8))
        words = json.loads(content[16 : 16 + length])
        place, columns = 16 + length, []
        for kind in (np.uint64, np.uint64, np.int32, np.int32):
            columns.append(np.frombuffer(content, kind, rows, place))
            place += rows * np.dtype(kind).itemsize
        row, digest, klass, unit = columns
        labels = tuple(Labels(**one) for one in words["labels"])
        return cls(row, klass, unit, digest, labels, words["clusters"])


def _words(labels: Labels) -> dict[str, Any]:
    return {
        "arm": labels.arm,
        "cluster": labels.cluster,
        "covariates": dict(labels.covariates),
    }
