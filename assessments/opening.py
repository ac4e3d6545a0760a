"""What becomes of a box once its outer layer is off: rows that can be stored. No Django here,
because the evaluators' side may have no main database."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessments.ballot_box.batches import Row
from assessments.ballot_box.keys import OpenerKeys
from assessments.ballot_box.opening import Corrupt, Opened, Slots, code_of, open_ballot
from assessments.ballot_box.requests import Request
from assessments.frame import Frame
from assessments.questionnaire import sections_of, validator
from assessments.renewal import Renewed, renew, without_withdrawn


@dataclass(frozen=True)
class Box:
    """What the opener is told about a box beside its ballots: the window, which wave it was, and
    the labels of the cohort and of the study's arm that its rows carry."""

    window: uuid.UUID
    wave: str
    cohort: str
    arm: str = ""


@dataclass(frozen=True)
class ReadBox:
    """The rows of the ballots that count, and the ballots that cannot be read, as they came."""

    rows: list[Row]
    corrupt: list[bytes]


def read_box(
    frame: Frame, box: Box, ballots: Iterable[Slots], keys: OpenerKeys, before: Sequence[Row]
) -> ReadBox:
    """Reads a peeled box. `before` are the study's rows so far: codes they know are kept."""
    opened, corrupt = _open_all(frame, box, ballots, keys)
    known = {row["code"] for row in before}
    rows = [_row(frame, box, code_of(one.links, keys, known), one) for one in opened]
    return ReadBox(rows, corrupt)


def open_box(
    frame: Frame,
    box: Box,
    ballots: Iterable[Slots],
    keys: OpenerKeys,
    *,
    before: Sequence[Row],
    requests: Sequence[Request],
) -> tuple[Renewed, list[bytes]]:
    """All of the study's rows after this box, with what was asked for carried out, and the ballots
    that cannot be read, as they came."""
    stay = without_withdrawn(before, requests, keys)
    read = read_box(frame, box, ballots, keys, stay)
    return renew([*stay, *read.rows], requests, keys, frame.study.wave_codes), read.corrupt


def renew_rows(
    frame: Frame, keys: OpenerKeys, *, before: Sequence[Row], requests: Sequence[Request]
) -> Renewed:
    """All of the study's rows with what was asked for carried out, while no box is opened."""
    stay = without_withdrawn(before, requests, keys)
    return renew(stay, requests, keys, frame.study.wave_codes)


def _open_all(
    frame: Frame, box: Box, ballots: Iterable[Slots], keys: OpenerKeys
) -> tuple[list[Opened], list[bytes]]:
    validate, sections = validator(frame), len(sections_of(frame))
    counted: list[Opened] = []
    corrupt: list[bytes] = []
    for slots in ballots:
        try:
            opened = open_ballot(
                slots,
                keys,
                study=frame.uuid,
                window=box.window,
                sections=sections,
                validate=validate,
            )
        except Corrupt:
            corrupt.append(b"".join(slots))
            continue
        if opened is not None:
            counted.append(opened)
    return counted, corrupt


def _row(frame: Frame, box: Box, code: str, opened: Opened) -> Row:
    covariates = frame.study.covariates
    return {
        "code": code,
        "wave": box.wave,
        "version": frame.instrument.version,
        "answers": {k: v for k, v in opened.answers.items() if k not in covariates},
        "cohort": box.cohort,
        "covariates": {k: v for k, v in opened.answers.items() if k in covariates},
        "arm": box.arm,
        "promise": opened.promise,
    }
