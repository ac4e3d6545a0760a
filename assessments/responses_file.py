"""Reads responses collected elsewhere, on paper or by another program, from CSV or XLSX.

No Django here; codes instead of sentences. One line is what one participant answered in one wave.
Every fault is told at once, with its line and column; none repeats what somebody answered.
"""

import re
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assessments.ballot_box.batches import Row
from assessments.covariates import parse_covariates
from assessments.measures import AnswerError, InstrumentSpec
from assessments.response_scales import Answer
from assessments.studies import StudySpec
from courses.spreadsheets.cells import clean
from courses.spreadsheets.sheets import SheetError, read_sheet
from courses.spreadsheets.workbooks import Lines

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
LONGEST_LABEL = 64
PARTICIPANT, WAVE, COHORT, ARM = "participant", "wave", "cohort", "arm"
REQUIRED = (PARTICIPANT, WAVE)
Texts = tuple[str, ...]

# As a spreadsheet writes a number at full precision: -1.5, 2.4599999999999995, 1e-05.
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}([.][0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its line (0: the file as a whole), the column's heading, a code and a value.

    Codes: those of SheetError, and no_rows, column_missing, column_twice, column_unknown, no_items,
    too_many_cells, missing, too_long, unknown_wave, unknown_arm, other_arm, not_a_choice,
    not_a_number, not_whole, out_of_range and duplicate. `value` is what would be allowed, or the
    earlier line; never what stands in the cell.
    """

    line: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class CollectedResponse:
    """What one participant answered in one wave, as the file says. Exists in memory only."""

    line: int
    participant: str = field(repr=False)
    wave: str
    answers: Mapping[str, Answer] = field(repr=False)
    cohort: str = ""
    covariates: Mapping[str, str] = field(default_factory=dict, repr=False)
    arm: str = ""


@dataclass(frozen=True, slots=True)
class ResponsesFile:
    """What a file holds. `missing_items` are the study's items that have no column in it."""

    responses: tuple[CollectedResponse, ...]
    problems: tuple[Problem, ...] = ()
    missing_items: tuple[str, ...] = ()

    @property
    def participants(self) -> int:
        return len({response.participant for response in self.responses})

    @property
    def by_wave(self) -> dict[str, int]:
        """How many responses each wave has."""
        return dict(Counter(response.wave for response in self.responses))

    @property
    def in_every_wave(self) -> int:
        """How many participants answered in every wave that the file has."""
        waves = Counter(response.participant for response in self.responses)
        return sum(count == len(self.by_wave) for count in waves.values())


def read_responses(
    data: bytes,
    filename: str,
    *,
    study: StudySpec,
    instrument: InstrumentSpec,
    max_bytes: int = MAX_BYTES,
) -> ResponsesFile:
    """The responses of a file, or its problems. Never raises for what a file may hold."""
    if len(data) > max_bytes:
        return _refused(Problem(0, "", "too_large", str(max_bytes)))
    known = {name.casefold() for name in columns_for(study, instrument)}

    def weigh(lines: Lines) -> float:
        """How many headings of the first line are known."""
        return sum(clean(cell.text).casefold() in known for cell in lines[0][1]) if lines else 0

    try:
        sheet = read_sheet(data, filename, max_rows=MAX_ROWS + 1, weigh=weigh)
    except SheetError as error:
        return _refused(Problem(error.line, "", error.code, error.value))
    lines = [(number, tuple(clean(c.text) for c in cells)) for number, cells in sheet.lines]
    lines = [(number, texts) for number, texts in lines if any(texts)]
    if not lines:
        return _refused(Problem(0, "", "no_rows"))
    return _Table(lines[0], study, instrument).read(lines[1:])


def columns_for(study: StudySpec, instrument: InstrumentSpec) -> list[str]:
    """The headings a file of this study may have, as the template for it says. Free text has
    none."""
    items = [item.code for item in instrument.numeric_items]
    arm = [ARM] if len(study.arms) > 1 else []
    return [PARTICIPANT, WAVE, COHORT, *arm, *study.covariates, *items]


def coded_rows(responses: Sequence[CollectedResponse], version: int) -> list[Row]:
    """The responses as they are kept: each participant becomes a random code, one for all waves.

    The map from participants to codes exists in this function only. Nobody can make it again, and
    no code can meet that of a person of the portal. Lines on which nothing was answered are left
    out.
    """
    codes: dict[str, str] = {}
    return [
        {
            "code": codes.setdefault(response.participant, secrets.token_hex(16)),
            "wave": response.wave,
            "version": version,
            "answers": dict(response.answers),
            "cohort": response.cohort,
            "covariates": dict(response.covariates),
            "arm": response.arm,
        }
        for response in responses
        if response.answers
    ]


def _refused(*problems: Problem) -> ResponsesFile:
    return ResponsesFile((), problems)


class _Table:
    """A file whose header is known. Headings may differ in case from the codes they name."""

    def __init__(
        self, header: tuple[int, Texts], study: StudySpec, instrument: InstrumentSpec
    ) -> None:
        self.line, texts = header
        self.headings = list(texts)
        self.study, self.instrument = study, instrument
        self.waves = {code.casefold(): code for code in study.wave_codes}
        self.arms = {arm.code.casefold(): arm.code for arm in study.arms}
        self.covariates = {one.code: one for one in parse_covariates(study.covariates)}
        known = {name.casefold(): name for name in columns_for(study, instrument)}
        self.names = [known.get(heading.casefold(), "") for heading in self.headings]

    def read(self, body: Sequence[tuple[int, Texts]]) -> ResponsesFile:
        problems = list(self._faults_of_header())
        if not problems and not body:
            problems.append(Problem(0, "", "no_rows"))
        if len(body) > MAX_ROWS:
            problems.append(Problem(body[MAX_ROWS][0], "", "too_many_rows", str(MAX_ROWS)))
        if problems:
            return _refused(*problems)
        responses = []
        for line, texts in body:
            response, faults = self._response(line, texts)
            problems += faults
            responses.append(response)
        problems += [*_duplicates(responses), *_other_arms(responses)]
        faulty = {problem.line for problem in problems}
        return ResponsesFile(
            tuple(one for one in responses if one.line not in faulty),
            tuple(sorted(problems, key=lambda problem: problem.line)),
            tuple(self._missing_items()),
        )

    def _faults_of_header(self) -> Iterator[Problem]:
        missing = [name for name in REQUIRED if name not in self.names]
        for name in missing:
            yield Problem(self.line, name, "column_missing")
        if missing:
            # It may be no header at all but somebody's answers, which no message repeats.
            return
        for heading, name in zip(self.headings, self.names, strict=True):
            if heading and not name:
                yield Problem(self.line, heading, "column_unknown")
        for name in dict.fromkeys(self.names):
            if name and self.names.count(name) > 1:
                yield Problem(self.line, name, "column_twice")
        if not any(item.code in self.names for item in self.instrument.numeric_items):
            yield Problem(self.line, "", "no_items")

    def _missing_items(self) -> Iterator[str]:
        return (item.code for item in self.instrument.numeric_items if item.code not in self.names)

    def _response(self, line: int, texts: Texts) -> tuple[CollectedResponse, list[Problem]]:
        width = len(self.names)
        problems = []
        if any(texts[width:]) or self._under_no_heading(texts):
            problems.append(Problem(line, "", "too_many_cells", str(width)))
        values = {name: text for name, text in zip(self.names, texts, strict=False) if name}
        wave = self.waves.get(values.get(WAVE, "").casefold(), "")
        answers, faults = self._answers(line, values)
        response = CollectedResponse(
            line,
            values.get(PARTICIPANT, ""),
            wave,
            answers,
            values.get(COHORT, ""),
            {code: values[code] for code in self.covariates if values.get(code)},
            self.arms.get(values.get(ARM, "").casefold(), ""),
        )
        return response, [*problems, *self._faults(response, values), *faults]

    def _under_no_heading(self, texts: Texts) -> bool:
        pairs = zip(self.headings, texts, strict=False)
        return any(text for heading, text in pairs if not heading)

    def _faults(self, response: CollectedResponse, values: Mapping[str, str]) -> Iterator[Problem]:
        line = response.line
        # Whoever had no arm would count as trained.
        for name in (*REQUIRED, ARM) if ARM in self.names else REQUIRED:
            if not values.get(name):
                yield Problem(line, name, "missing")
        for name in (PARTICIPANT, COHORT):
            if len(values.get(name, "")) > LONGEST_LABEL:
                yield Problem(line, name, "too_long", str(LONGEST_LABEL))
        if values.get(WAVE) and not response.wave:
            yield Problem(line, WAVE, "unknown_wave", ", ".join(self.study.wave_codes))
        if values.get(ARM) and not response.arm:
            yield Problem(line, ARM, "unknown_arm", ", ".join(self.arms.values()))
        for code, choice in response.covariates.items():
            choices = self.covariates[code].choices
            if choice not in choices:
                yield Problem(line, code, "not_a_choice", ", ".join(choices))

    def _answers(
        self, line: int, values: Mapping[str, str]
    ) -> tuple[dict[str, Answer], list[Problem]]:
        given = {
            item.code: _number(values[item.code])
            for item in self.instrument.numeric_items
            if values.get(item.code)
        }
        try:
            return self.instrument.validate_answers(given), []
        except AnswerError as error:
            return {}, [
                Problem(line, code, why, self._range(code)) for code, why in error.problems.items()
            ]

    def _range(self, code: str) -> str:
        scale = self.instrument.item(code).scale
        return f"{scale.min:g} – {scale.max:g}"


def _number(text: str) -> float | str:
    return float(text) if _NUMBER.fullmatch(text) else text


def _duplicates(responses: Sequence[CollectedResponse]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for one in responses:
        if not (one.participant and one.wave):
            continue
        first = seen.setdefault((one.participant, one.wave), one.line)
        if first != one.line:
            yield Problem(one.line, PARTICIPANT, "duplicate", str(first))


def _other_arms(responses: Sequence[CollectedResponse]) -> Iterator[Problem]:
    """Nobody can be in two arms: half of an untrained person would count as trained."""
    seen: dict[str, CollectedResponse] = {}
    for one in responses:
        if not (one.participant and one.arm):
            continue
        first = seen.setdefault(one.participant, one)
        if first.arm != one.arm:
            yield Problem(one.line, ARM, "other_arm", str(first.line))
