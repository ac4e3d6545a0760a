"""What becomes of a box once its outer layer is off: rows that can be stored. No Django here,
because the evaluators' side may have no main database."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from secrets import token_hex

from assessments.ballot_box.batches import Row
from assessments.ballot_box.keys import OpenerKeys
from assessments.ballot_box.opening import Corrupt, Opened, Slots, code_of, open_ballot
from assessments.ballot_box.requests import Request
from assessments.frame import Frame
from assessments.questionnaire import sections_of, validator
from assessments.renewal import Renewed, renew, without_withdrawn
from assessments.self_made import Marks, marks_of, match

CODE_BYTES = 16


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
    if frame.study.is_anonymous:
        marks = [_marks(frame, one, keys) for one in opened]
        codes = _matched(box, marks, before)
    else:
        marks, known = [()] * len(opened), {row["code"] for row in before}
        codes = [code_of(one.links, keys, known) for one in opened]
    rows = [_row(frame, box, *one) for one in zip(codes, marks, opened, strict=True)]
    return ReadBox(rows, corrupt)


def _marks(frame: Frame, opened: Opened, keys: OpenerKeys) -> Marks:
    """What is kept of the code that somebody made themselves."""
    asked = frame.study.code_elements
    elements = {code: opened.answers[code] for code in asked if code in opened.answers}
    return marks_of(elements, asked, keys.code)


def _matched(box: Box, given: Sequence[Marks], before: Sequence[Row]) -> list[str]:
    """The code under which somebody answered another wave, or a new one. Whoever has a row of this
    wave is not looked for: nobody answers it twice."""
    here = {row["code"] for row in before if row["wave"] == box.wave}
    known: dict[str, list[Marks]] = {}
    for row in before:
        if row["code"] not in here:
            known.setdefault(row["code"], []).append(tuple(row["marks"]))
    return [code or token_hex(CODE_BYTES) for code in match(known, given)]


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


def _row(frame: Frame, box: Box, code: str, marks: Marks, opened: Opened) -> Row:
    covariates, elements = frame.study.covariates, frame.study.code_elements
    about = {*covariates, *elements}
    row = {
        "code": code,
        "wave": box.wave,
        "version": frame.instrument.version,
        "answers": {k: v for k, v in opened.answers.items() if k not in about},
        "cohort": box.cohort,
        "covariates": {k: v for k, v in opened.answers.items() if k in covariates},
        "arm": box.arm,
        "promise": opened.promise,
    }
    return row | {"marks": list(marks)} if marks else row
