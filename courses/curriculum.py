"""Course documents: the outline of one version of a training program, read and checked.

Pure: no Django, no translated text. The shape is strict, and every fault is reported at once with
its place, because whoever writes these files should not have to mend them one error at a time.
"""

from __future__ import annotations

import hashlib
import json
import re
import reprlib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal, TypeVar

import yaml

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

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE_LIMIT = 32
_KEYWORD = re.compile(r"[a-z][a-z_]{0,39}")
_TITLE_LIMIT = 200
_PARAGRAPH_LIMIT = 2000
_T = TypeVar("_T")
_Read = Callable[[object], _T]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it stands in the document (`modules[2] (autism).minutes`) and what it is."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class CurriculumError(ValueError):
    """A document that is no course. `problems` holds every fault found, in reading order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


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
    top = _Section(document, "", problems, _keys_of(CourseSpec), ["summary", "audience"])
    spec = CourseSpec(
        code=top.read("code", _code, ""),
        title=top.read("title", _title, ""),
        program=top.read("program", _title, ""),
        version=top.read("version", _whole(1, 9999), 1),
        summary=top.optional("summary", _paragraph, ""),
        validity_months=top.optional("validity_months", _months, None),
        rules=_rules(top),
        capacity=_capacity(top),
        prerequisites=top.distinct("prerequisites", _code),
        modules=_modules(top),
        audience=top.optional("audience", _paragraph, ""),
    )
    problems += _faults_between(spec, minutes_known=not _about_minutes(problems))
    if problems:
        raise CurriculumError(problems)
    return spec


def read_course(path: Path) -> CourseSpec:
    """The course in a YAML file (UTF-8, with or without byte-order mark, or Windows-1252).

    Raises CurriculumError; a fault of YAML itself has the place `file, line L, column C`."""
    document = _read_yaml(path)
    try:
        return parse_course(document)
    except CurriculumError as error:
        named = [Problem(f"{path.name}: {p.place}", p.message) for p in error.problems]
        raise CurriculumError(named) from error


def _rules(top: _Section) -> Rules:
    rules = top.section("rules", _keys_of(Rules))
    return Rules(
        pass_mark=rules.read("pass_mark", _whole(0, 100), 0),
        attempts=rules.read("attempts", _whole(1, 20), 1),
        minutes_required=rules.read("minutes_required", _minutes_required, "all"),
    )


def _capacity(top: _Section) -> Capacity:
    capacity = top.section("capacity", _keys_of(Capacity), ["sworn_min_percent"])
    return Capacity(
        default=capacity.read("default", _whole(1, 1000), 1),
        sworn_min_percent=capacity.optional("sworn_min_percent", _whole(0, 100), None),
    )


def _modules(top: _Section) -> tuple[ModuleSpec, ...]:
    entries = top.entries("modules")
    if top.value("modules") in ([], ()):
        top.note("modules", "must hold at least one module")
    optional = ["day", "survey", "assessment"]
    return tuple(
        _module(_Section(entry, _place(at, entry), top.problems, _keys_of(ModuleSpec), optional))
        for at, entry in enumerate(entries)
    )


def _module(section: _Section) -> ModuleSpec:
    module = ModuleSpec(
        code=section.read("code", _code, ""),
        title=section.read("title", _title, ""),
        topic=section.read("topic", _title, ""),
        minutes=section.read("minutes", _whole(0, 30000, step=5), 0),
        delivery=section.read("delivery", _one_of(DELIVERIES), ""),
        format=section.read("format", _one_of(FORMATS), ""),
        day=section.optional("day", _whole(1, 366), None),
        staffing=section.distinct("staffing", _one_of(STAFFING)),
        survey=section.optional("survey", _one_of(SURVEYS), None),
        assessment=section.optional("assessment", _one_of(ASSESSMENTS), None),
        objectives=section.distinct("objectives", _paragraph),
    )
    if module.delivery in ("classroom", "blended"):
        _check_meeting(section, module.delivery)
    return module


def _check_meeting(section: _Section, delivery: str) -> None:
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
    for code in _repeated(module.code for module in modules if module.code):
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
    for survey in _repeated(surveys):
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


def _repeated(values: Iterable[str]) -> list[str]:
    ordered = list(values)
    return [value for value in dict.fromkeys(ordered) if ordered.count(value) > 1]


def _place(index: int, entry: object) -> str:
    code = entry.get("code") if isinstance(entry, Mapping) else None
    known = isinstance(code, str) and _CODE.fullmatch(code) and len(code) <= _CODE_LIMIT
    return f"modules[{index}] ({code})" if known else f"modules[{index}]"


def _keys_of(kind: type[CourseSpec | Rules | Capacity | ModuleSpec]) -> list[str]:
    return [field.name for field in fields(kind)]


class _FaultError(Exception):
    """Why one value cannot be taken."""


class _Section:
    """One mapping of the document. A fault is noted with its place and the default returned, so
    that reading goes on and everything that is wrong is told at once."""

    def __init__(
        self,
        content: object,
        place: str,
        problems: list[Problem],
        keys: Collection[str],
        optional: Collection[str] = (),
    ) -> None:
        self.place, self.problems = place, problems
        self._content: Mapping[object, object] = {}
        if not isinstance(content, Mapping):
            problems.append(Problem(place or "course", f"{_shown(content)} is not a mapping"))
            return
        self._content = content
        for key in keys:
            if key not in content and key not in optional:
                self.note(key, "is missing")
        for key in content:
            if key not in keys:
                self.note(_shown(key), "is not a known key")

    def note(self, key: str, message: str) -> None:
        self.problems.append(Problem(f"{self.place}.{key}" if self.place else key, message))

    def value(self, key: str) -> object:
        return self._content.get(key)

    def read(self, key: str, reader: _Read[_T], default: _T) -> _T:
        return self._try(key, self.value(key), reader, default) if key in self._content else default

    def optional(self, key: str, reader: _Read[_T], default: _T) -> _T:
        return default if self.value(key) is None else self.read(key, reader, default)

    def entries(self, key: str) -> Sequence[object]:
        return self.read(key, _list, ())

    def distinct(self, key: str, reader: _Read[str]) -> tuple[str, ...]:
        entries = enumerate(self.entries(key))
        texts = tuple(self._try(f"{key}[{at}]", entry, reader, "") for at, entry in entries)
        for text in _repeated(text for text in texts if text):
            self.note(key, f"{_shown(text)} stands there more than once")
        return texts

    def section(self, key: str, keys: Collection[str], optional: Collection[str] = ()) -> _Section:
        if key not in self._content:
            return _Section({}, key, [], ())
        place = f"{self.place}.{key}" if self.place else key
        return _Section(self.value(key), place, self.problems, keys, optional)

    def _try(self, key: str, value: object, reader: _Read[_T], default: _T) -> _T:
        try:
            return reader(value)
        except _FaultError as fault:
            self.note(key, f"{_shown(value)} {fault}")
            return default


def _whole(low: int, high: int, step: int = 1) -> _Read[int]:
    kind = "a whole number" if step == 1 else f"a multiple of {step}"

    def read(value: object) -> int:
        # `type`, not isinstance: True is an int, and a text such as "60" is nobody's minutes.
        if type(value) is int and value in range(low, high + 1, step):
            return value
        raise _FaultError(f"is not {kind} from {low} to {high}")

    return read


def _one_of(allowed: Sequence[str]) -> _Read[str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise _FaultError(f"is not one of {', '.join(allowed)}")
        return value

    return read


def _months(value: object) -> int | None:
    return None if value == "none" else _whole(1, 600)(value)


def _minutes_required(value: object) -> Literal["all"] | int:
    return "all" if value == "all" else _whole(1, 30000)(value)


def _code(value: object) -> str:
    if not isinstance(value, str) or len(value) > _CODE_LIMIT or not _CODE.fullmatch(value):
        rule = f"lower-case letters, digits and single hyphens, at most {_CODE_LIMIT}"
        raise _FaultError(f"is not a code ({rule})")
    return value


def _title(value: object) -> str:
    return _text(value, _TITLE_LIMIT)


def _paragraph(value: object) -> str:
    return _text(value, _PARAGRAPH_LIMIT)


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _FaultError("is not a text")
    text = " ".join(value.split())
    if len(text) > limit:
        raise _FaultError(f"has {len(text)} characters, the most is {limit}")
    # Databases refuse NUL, and half a surrogate pair cannot be written as UTF-8 at all.
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise _FaultError("holds a control character")
    return text


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise _FaultError("is not a list")
    return value


def _shown(value: object) -> str:
    """A value as an error message can hold it: short, on one line, whatever it is."""
    if isinstance(value, str) and _KEYWORD.fullmatch(value):
        return value
    try:
        return reprlib.repr(value).encode("utf-8", "backslashreplace").decode()
    except ValueError:
        # Python refuses to write out integers of more than 4,300 digits.
        return f"this {type(value).__name__}"


def _read_yaml(path: Path) -> Mapping[str, object]:
    try:
        text = _decoded(path.read_bytes())
        problems = list(_repeated_keys(yaml.compose(text, Loader=yaml.SafeLoader), path.name))
        document: Mapping[str, object] = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        problems = [Problem(_at(path.name, error.problem_mark), error.problem or "is not YAML")]
    except OSError as error:
        problems = [Problem(path.name, f"cannot be read: {error.strerror}")]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problems = [Problem(path.name, f"is not YAML: {' '.join(str(error).split())}")]
    if problems:
        raise CurriculumError(problems)
    return document


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _at(name: str, mark: yaml.Mark | None) -> str:
    return f"{name}, line {mark.line + 1}, column {mark.column + 1}" if mark else name


def _repeated_keys(root: yaml.Node | None, name: str) -> Iterator[Problem]:
    """Keys given twice in one mapping: YAML's loader would keep the last without a word."""
    waiting: list[yaml.Node | None] = [root]
    met: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in met:
            continue
        met.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += reversed(node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in reversed(node.value)]
            yield from _repeated_in(node, name)


def _repeated_in(node: yaml.MappingNode, name: str) -> Iterator[Problem]:
    met: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in met:
            message = f"the key {_shown(key.value)} stands there twice"
            yield Problem(_at(name, key.start_mark), message)
        met.add(str(key.value))
