"""Course documents: the outline of one version of a training program, read and checked.

Pure: no Django, no translated text. The shape is strict, and every fault is reported at once with
its place, because whoever writes these files should not have to mend them one error at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from courses.documents import (
    CODE,
    CODE_LIMIT,
    DocumentError,
    Problem,
    Section,
    a_code,
    a_paragraph,
    a_title,
    a_whole_number,
    one_of,
    read_yaml,
    repeated,
)

DELIVERIES = ("classroom", "online", "blended")
FORMATS = (
    *("lecture", "panel", "scenario", "site_visit", "debrief", "assessment", "survey"),
    *("workshop", "discussion", "case", "practice", "reading", "ceremony"),
)
STAFFING = (
    *("officer", "clinician", "lived_experience", "family_member", "assessor"),
    *("attorney", "dispatcher", "facilitator", "coordinator"),
)
SURVEYS = ("pre", "post")
ASSESSMENTS = ("knowledge_check", "skills_application")


class CurriculumError(DocumentError):
    """A document that is no course. `problems` holds every fault found, in reading order."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What completion asks: `pass_mark` in percent of a knowledge check, tries allowed at it, and
    credited minutes needed ("all", or a number of minutes)."""

    pass_mark: int
    attempts: int
    minutes_required: Literal["all"] | int


@dataclass(frozen=True, slots=True)
class Capacity:
    """Seats of a cohort unless it says otherwise; smallest share of sworn officers, in percent."""

    default: int
    sworn_min_percent: int | None


@dataclass(frozen=True, slots=True)
class ModuleSpec:
    """One credited unit. `day` counts teaching days from 1 (not calendar days) and is None for
    online work at one's own pace. `staffing` names the kinds of instructor who must be there."""

    code: str
    title: str
    topic: str
    minutes: int
    delivery: str
    format: str
    day: int | None
    staffing: tuple[str, ...]
    survey: str | None
    assessment: str | None
    objectives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CourseSpec:
    """One version of one course, as its file says it. `validity_months` None: never expires."""

    code: str
    title: str
    program: str
    version: int
    summary: str
    validity_months: int | None
    rules: Rules
    capacity: Capacity
    prerequisites: tuple[str, ...]
    modules: tuple[ModuleSpec, ...]
    audience: str = ""

    @property
    def total_minutes(self) -> int:
        """Credited minutes of all modules together."""
        return sum(module.minutes for module in self.modules)

    @property
    def minutes_required(self) -> int:
        """Credited minutes needed to complete, with "all" worked out."""
        required = self.rules.minutes_required
        return required if isinstance(required, int) else self.total_minutes

    @property
    def knowledge_check(self) -> ModuleSpec | None:
        """The module with the graded test; None where there is none and no pass mark applies."""
        tests = (module for module in self.modules if module.assessment == "knowledge_check")
        return next(tests, None)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON: equal digests mean equal courses, whatever the order
        of keys, the line breaks or the comments in the file."""
        canonical = json.dumps(
            asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    def as_document(self) -> dict[str, object]:
        """The document that `parse_course` reads back into an equal course (plain JSON types)."""
        document: dict[str, object] = json.loads(json.dumps(asdict(self)))
        return {key: None if value == "" else value for key, value in document.items()}


def parse_course(document: Mapping[str, object]) -> CourseSpec:
    """The course that `document` describes. Raises CurriculumError with every fault in it."""
    problems: list[Problem] = []
    top = Section(document, "", problems, _keys_of(CourseSpec), ["summary", "audience"])
    spec = CourseSpec(
        code=top.read("code", a_code, ""),
        title=top.read("title", a_title, ""),
        program=top.read("program", a_title, ""),
        version=top.read("version", a_whole_number(1, 9999), 1),
        summary=top.optional("summary", a_paragraph, ""),
        validity_months=top.optional("validity_months", _months, None),
        rules=_rules(top),
        capacity=_capacity(top),
        prerequisites=top.distinct("prerequisites", a_code),
        modules=_modules(top),
        audience=top.optional("audience", a_paragraph, ""),
    )
    problems += _faults_between(spec, minutes_known=not _about_minutes(problems))
    if problems:
        raise CurriculumError(problems)
    return spec


def read_course(path: Path) -> CourseSpec:
    """The course in a YAML file (UTF-8, with or without byte-order mark, or Windows-1252).

    Raises CurriculumError; a fault of YAML itself has the place `file, line L, column C`."""
    try:
        document = read_yaml(path)
    except DocumentError as error:
        raise CurriculumError(error.problems) from error
    try:
        return parse_course(document)
    except CurriculumError as error:
        named = [Problem(f"{path.name}: {p.place}", p.message) for p in error.problems]
        raise CurriculumError(named) from error


def _rules(top: Section) -> Rules:
    rules = top.section("rules", _keys_of(Rules))
    return Rules(
        pass_mark=rules.read("pass_mark", a_whole_number(0, 100), 0),
        attempts=rules.read("attempts", a_whole_number(1, 20), 1),
        minutes_required=rules.read("minutes_required", _minutes_required, "all"),
    )


def _capacity(top: Section) -> Capacity:
    capacity = top.section("capacity", _keys_of(Capacity), ["sworn_min_percent"])
    return Capacity(
        default=capacity.read("default", a_whole_number(1, 1000), 1),
        sworn_min_percent=capacity.optional("sworn_min_percent", a_whole_number(0, 100), None),
    )


def _modules(top: Section) -> tuple[ModuleSpec, ...]:
    entries = top.entries("modules")
    if top.value("modules") in ([], ()):
        top.note("modules", "must hold at least one module")
    optional = ["day", "survey", "assessment"]
    return tuple(
        _module(Section(entry, _place(at, entry), top.problems, _keys_of(ModuleSpec), optional))
        for at, entry in enumerate(entries)
    )


def _module(section: Section) -> ModuleSpec:
    module = ModuleSpec(
        code=section.read("code", a_code, ""),
        title=section.read("title", a_title, ""),
        topic=section.read("topic", a_title, ""),
        minutes=section.read("minutes", a_whole_number(0, 30000, step=5), 0),
        delivery=section.read("delivery", one_of(DELIVERIES), ""),
        format=section.read("format", one_of(FORMATS), ""),
        day=section.optional("day", a_whole_number(1, 366), None),
        staffing=section.distinct("staffing", one_of(STAFFING)),
        survey=section.optional("survey", one_of(SURVEYS), None),
        assessment=section.optional("assessment", one_of(ASSESSMENTS), None),
        objectives=section.distinct("objectives", a_paragraph),
    )
    if module.delivery in ("classroom", "blended"):
        _check_meeting(section, module.delivery)
    return module


def _check_meeting(section: Section, delivery: str) -> None:
    """What only a meeting needs: time, a day, and somebody who teaches."""
    if section.value("minutes") == 0:
        section.note("minutes", "0 is for online preparation only")
    if section.value("day") is None:
        section.note("day", f"is missing: a {delivery} module is taught on a day")
    if section.value("staffing") in ([], ()):
        section.note("staffing", f"is empty: somebody teaches a {delivery} module")


def _faults_between(spec: CourseSpec, *, minutes_known: bool) -> Iterator[Problem]:
    """Faults that no single value shows: repeats, order, sums."""
    modules = spec.modules
    for code in repeated(module.code for module in modules if module.code):
        yield Problem("modules", f"the code {code} is used more than once")
    if spec.code and spec.code in spec.prerequisites:
        yield Problem("prerequisites", "a course cannot ask for itself")
    yield from _faults_of_days([module.day for module in modules if module.day is not None])
    yield from _faults_of_surveys([module.survey for module in modules if module.survey])
    if sum(module.assessment == "knowledge_check" for module in modules) > 1:
        yield Problem("modules", "more than one knowledge_check")
    if modules and minutes_known:
        yield from _faults_of_minutes(spec)


def _faults_of_days(days: Sequence[int]) -> Iterator[Problem]:
    if days and min(days) != 1:
        yield Problem("modules", f"days must start at 1, the first here is {min(days)}")
    if list(days) != sorted(days):
        yield Problem("modules", "days must be in order: modules stand as they are taught")


def _faults_of_surveys(surveys: Sequence[str]) -> Iterator[Problem]:
    for survey in repeated(surveys):
        yield Problem("modules", f"more than one survey: {survey}")
    if "pre" in surveys and "post" in surveys and surveys.index("post") < surveys.index("pre"):
        yield Problem("modules", "survey: post stands before survey: pre")


def _faults_of_minutes(spec: CourseSpec) -> Iterator[Problem]:
    if spec.total_minutes == 0:
        yield Problem("modules", "no module carries credited minutes")
    if spec.minutes_required > spec.total_minutes:
        message = f"{spec.minutes_required} is more than the {spec.total_minutes} of all modules"
        yield Problem("rules.minutes_required", message)


def _about_minutes(problems: Iterable[Problem]) -> bool:
    return any(problem.place.endswith((".minutes", ".minutes_required")) for problem in problems)


def _place(index: int, entry: object) -> str:
    code = entry.get("code") if isinstance(entry, Mapping) else None
    known = isinstance(code, str) and CODE.fullmatch(code) and len(code) <= CODE_LIMIT
    return f"modules[{index}] ({code})" if known else f"modules[{index}]"


def _keys_of(kind: type[CourseSpec | Rules | Capacity | ModuleSpec]) -> list[str]:
    return [field.name for field in fields(kind)]


def _months(value: object) -> int | None:
    return None if value == "none" else a_whole_number(1, 600)(value)


def _minutes_required(value: object) -> Literal["all"] | int:
    return "all" if value == "all" else a_whole_number(1, 30000)(value)
