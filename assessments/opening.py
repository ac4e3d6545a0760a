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
    frame: Frame,
    box: Box,
    ballots: Iterable[Slots],
    keys: OpenerKeys,
    before: Sequence[Row],
    requests: Sequence[Request] = (),
) -> ReadBox:
    """Reads a peeled box. `before` are the study's rows so far: codes they know are kept. Of two
    rows of somebody whose accounts were merged, as `requests` tell, the one that counts comes
    first."""
    opened, corrupt = _open_all(frame, box, ballots, keys)
    opened = in_precedence(opened, requests)
    if frame.study.is_anonymous:
        return ReadBox(self_made_rows(frame, box, opened, keys, before), corrupt)
    known = {row["code"] for row in before}
    rows = [_row(frame, box, code_of(one.links, keys, known), one) for one in opened]
    return ReadBox(rows, corrupt)


def in_precedence(opened: Sequence[Opened], requests: Iterable[Request]) -> list[Opened]:
    """The ballots in the order in which they count, if several turn out to be one person's.

    Whoever merges accounts chooses which of them stays and may be able to answer under both; with
    an account made for that they must not replace what its victim answered. So a ballot sealed
    after the merge, which tells because it names the other account, comes after the one sealed
    under that account; and of two sealed before, the older account's comes first. Merge requests
    name the oldest account first.
    """
    age = {link: n for one in requests if one.kind == "merge" for n, link in enumerate(one.links)}
    own = {one.links[0] for one in opened}

    def place(one: Opened) -> tuple[bool, int]:
        return not own.isdisjoint(one.links[1:]), age.get(one.links[0], 0)

    return sorted(opened, key=place)


def self_made_rows(
    frame: Frame, box: Box, opened: Sequence[Opened], keys: OpenerKeys, before: Sequence[Row]
) -> list[Row]:
    """The rows of people who made their codes themselves. Somebody is looked for in their own
    cohort's other waves, where few can be taken for each other; who is not found gets a new code.
    Of the elements only keyed marks stay."""
    asked = frame.study.code_elements
    given = [marks_of(one.answers, asked, keys.code) for one in opened]
    known: dict[str, list[Marks]] = {}
    for row in before:
        if row["cohort"] == box.cohort and row["wave"] != box.wave:
            known.setdefault(row["code"], []).append(tuple(row["made"]))
    found = match(known, given)
    return [
        _row(frame, box, code or token_hex(16), one) | {"made": list(marks)}
        for one, code, marks in zip(opened, found, given, strict=True)
    ]


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
    read = read_box(frame, box, ballots, keys, stay, requests)
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
    apart = {*covariates, *frame.study.code_elements}
    return {
        "code": code,
        "wave": box.wave,
        "version": frame.instrument.version,
        "answers": {k: v for k, v in opened.answers.items() if k not in apart},
        "cohort": box.cohort,
        "covariates": {k: v for k, v in opened.answers.items() if k in covariates},
        "arm": box.arm,
        "promise": opened.promise,
    }
