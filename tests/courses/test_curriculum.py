"""Course documents: what is read, what is refused, and that nothing else ever happens."""

import copy
import string
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from courses.curriculum import (
    ASSESSMENTS,
    FORMATS,
    STAFFING,
    CourseSpec,
    CurriculumError,
    parse_course,
    read_course,
)

CURRICULA = sorted((Path(__file__).parents[2] / "courses" / "curricula").glob("*.yaml"))
TEN_PROGRAMS = {
    "CIT 40-hour",
    "CIT Refresher",
    "CIT for Dispatchers",
    "Rewire4",
    "Mental Health First Aid for Public Safety",
    "Psychological First Aid",
    "De-escalation",
    "Anti-racist and Implicit Bias (series)",
    "Truth and Reconciliation (case series)",
    "Fellowship in Behavioral Health, Racial and Social Justice",
}


def module(code: str = "first", **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "title": "First meeting",
        "topic": "Orientation",
        "minutes": 60,
        "delivery": "classroom",
        "format": "lecture",
        "day": 1,
        "staffing": ["officer", "clinician"],
        "objectives": ["Say what the day is for."],
    } | changes


def course(**changes: Any) -> dict[str, Any]:
    return {
        "code": "sample-1",
        "title": "A sample course",
        "program": "Sample",
        "version": 1,
        "validity_months": 36,
        "rules": {"pass_mark": 80, "attempts": 2, "minutes_required": "all"},
        "capacity": {"default": 28, "sworn_min_percent": 80},
        "prerequisites": ["earlier"],
        "modules": [module(), module("second")],
    } | changes


def places(document: Any) -> list[str]:
    with pytest.raises(CurriculumError) as caught:
        parse_course(document)
    return [problem.place for problem in caught.value.problems]


def messages(document: Any) -> str:
    with pytest.raises(CurriculumError) as caught:
        parse_course(document)
    return str(caught.value)


def test_a_course_is_read_with_its_rules_capacity_and_modules() -> None:
    spec = parse_course(course())
    assert (spec.code, spec.version, spec.validity_months) == ("sample-1", 1, 36)
    assert (spec.rules.pass_mark, spec.rules.attempts) == (80, 2)
    assert (spec.capacity.default, spec.capacity.sworn_min_percent) == (28, 80)
    assert spec.modules[1].staffing == ("officer", "clinician")


def test_total_minutes_adds_up_all_modules() -> None:
    spec = parse_course(course(modules=[module(minutes=45), module("second", minutes=90)]))
    assert spec.total_minutes == 135


@pytest.mark.parametrize(("rule", "minutes"), [("all", 120), (100, 100)])
def test_minutes_required_is_all_or_a_number(rule: object, minutes: int) -> None:
    rules = {"pass_mark": 80, "attempts": 2, "minutes_required": rule}
    assert parse_course(course(rules=rules)).minutes_required == minutes


@pytest.mark.parametrize("never", [None, "none"])
def test_validity_none_means_no_expiry(never: object) -> None:
    assert parse_course(course(validity_months=never)).validity_months is None


def test_an_online_module_may_do_without_minutes_day_and_staff() -> None:
    lesson = module("lesson", minutes=0, delivery="online", day=None, staffing=[])
    assert parse_course(course(modules=[lesson, module()])).modules[0].minutes == 0


def test_the_knowledge_check_is_found_by_its_mark() -> None:
    check = module("check", assessment="knowledge_check")
    assert parse_course(course(modules=[module(), check])).knowledge_check is not None
    assert parse_course(course()).knowledge_check is None


def test_line_breaks_inside_a_text_do_not_count() -> None:
    assert parse_course(course(summary="Two\n  lines\n")).summary == "Two lines"


def test_every_fault_is_told_at_once_with_its_place() -> None:
    bad = course(
        version=0,
        titel="typo",
        rules={"pass_mark": 101, "attempts": 2, "minutes_required": "all"},
        modules=[module(minutes=7), module("second", delivery="by post")],
    )
    del bad["title"]
    assert places(bad) == [
        "title",
        "titel",
        "version",
        "rules.pass_mark",
        "modules[0] (first).minutes",
        "modules[1] (second).delivery",
    ]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": -5}, "minutes"),
        ({"minutes": 62}, "minutes"),
        ({"minutes": "60"}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"delivery": "hybrid"}, "delivery"),
        ({"format": "talk"}, "format"),
        ({"day": None}, "day"),
        ({"day": 0}, "day"),
        ({"staffing": []}, "staffing"),
        ({"staffing": "officer"}, "staffing"),
        ({"staffing": ["Staff"]}, "staffing[0]"),
        ({"staffing": ["officer", "officer"]}, "staffing"),
        ({"survey": "during"}, "survey"),
        ({"assessment": "exam"}, "assessment"),
        ({"objectives": ["Fine.", " "]}, "objectives[1]"),
        ({"title": "x" * 201}, "title"),
        ({"title": "half a pair \ud800"}, "title"),
        ({"title": "null \x00 byte"}, "title"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_value_in_a_module_is_told_at_its_place(changes: dict[str, Any], place: str) -> None:
    document = course(modules=[module(**changes), module("second")])
    assert places(document) == [f"modules[0] (first).{place}"]


@pytest.mark.parametrize("code", ["", "Upper", "two words", "a--b", "-a", "a/b", "x" * 33, 7])
def test_a_code_is_lower_case_words_joined_by_hyphens(code: object) -> None:
    assert places(course(code=code)) == ["code"]


@pytest.mark.parametrize(
    ("modules", "complaint"),
    [
        ([module(), module()], "the code first is used more than once"),
        ([module(day=2)], "days must start at 1"),
        ([module(), module("b", day=2), module("c", day=1)], "days must be in order"),
        ([module(survey="pre"), module("b", survey="pre")], "more than one survey: pre"),
        ([module(survey="post"), module("b", survey="post")], "more than one survey: post"),
        ([module(survey="post"), module("b", survey="pre")], "stands before survey: pre"),
        (
            [module(assessment="knowledge_check"), module("b", assessment="knowledge_check")],
            "more than one knowledge_check",
        ),
        ([module(delivery="online", minutes=0)], "no module carries credited minutes"),
        ([], "must hold at least one module"),
    ],
)
def test_what_does_not_fit_together_is_refused(modules: list[Any], complaint: str) -> None:
    assert complaint in messages(course(modules=modules))


def test_more_minutes_cannot_be_required_than_there_are() -> None:
    rules = {"pass_mark": 80, "attempts": 2, "minutes_required": 121}
    assert "121 is more than the 120" in messages(course(rules=rules))


def test_one_wrong_duration_is_not_reported_a_second_time_as_a_wrong_sum() -> None:
    rules = {"pass_mark": 80, "attempts": 2, "minutes_required": 120}
    document = course(rules=rules, modules=[module(minutes="60"), module("second")])
    assert places(document) == ["modules[0] (first).minutes"]


def test_a_course_cannot_ask_for_itself() -> None:
    assert places(course(prerequisites=["sample-1"])) == ["prerequisites"]


@pytest.mark.parametrize("document", [None, [], "course", 40])
def test_something_else_than_a_mapping_is_refused(document: object) -> None:
    assert places(document) == ["course"]


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    backwards = dict(reversed(course().items()))
    assert parse_course(backwards).digest == parse_course(course()).digest


def test_the_digest_changes_with_one_duration() -> None:
    other = course(modules=[module(minutes=65), module("second")])
    assert parse_course(other).digest != parse_course(course()).digest


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "course.yaml"
    path.write_bytes(content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(CurriculumError) as caught:
        read_course(path)
    return str(caught.value)


def test_a_file_is_read_with_a_byte_order_mark(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + yaml.safe_dump(course()).encode()
    assert read_course(write(tmp_path, content)) == parse_course(course())


def test_a_file_is_read_in_windows_1252(tmp_path: Path) -> None:
    content = yaml.safe_dump(course(title="Café training"), allow_unicode=True)
    assert read_course(write(tmp_path, content.encode("cp1252"))).title == "Café training"


def test_a_fault_of_yaml_is_told_with_line_and_column(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, b"code: a\ntitle: b: c\n")).startswith(
        "course.yaml, line 2, column 9: "
    )


def test_a_key_given_twice_is_told_with_line_and_column(tmp_path: Path) -> None:
    content = yaml.safe_dump(course()) + "version: 2\n"
    lines = content.count("\n")
    expected = f"course.yaml, line {lines}, column 1: the key version stands there twice"
    assert refusal(write(tmp_path, content.encode())) == expected


def test_a_fault_of_content_names_the_file(tmp_path: Path) -> None:
    content = yaml.safe_dump(course(version=0)).encode()
    assert refusal(write(tmp_path, content)).startswith("course.yaml: version: 0 is not")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x81",
        b"\x00",
        b"&a [*a]",
        b"[" * 5000,
        b"when: 2024-13-45",
        b"number: " + b"9" * 5000,
        b"version: 0x" + b"f" * 5000,
        b"!!python/object:os.system {}",
        b"? [a, b]\n: c",
        b"<<: 3",
    ],
)
def test_a_strange_file_is_refused_and_nothing_else(tmp_path: Path, content: bytes) -> None:
    assert refusal(write(tmp_path, content))


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    assert refusal(tmp_path / "absent.yaml").startswith("absent.yaml: cannot be read")


# What a document can hold, and documents that are right.

texts = st.text(alphabet=string.ascii_letters + " äß中'\":#-", min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)
codes = st.from_regex(r"[a-z0-9]{1,7}(-[a-z0-9]{1,7}){0,3}", fullmatch=True)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(codes, min_size=1, max_size=6, unique=True))
    days = sorted(draw(st.lists(st.integers(1, 9), min_size=len(names), max_size=len(names))))
    modules = [
        {
            "code": name,
            "title": draw(texts),
            "topic": draw(texts),
            "minutes": 5 * draw(st.integers(1, 60)),
            "delivery": draw(st.sampled_from(["classroom", "blended", "online"])),
            "format": draw(st.sampled_from(FORMATS)),
            "day": day - days[0] + 1,
            "staffing": draw(
                st.lists(st.sampled_from(STAFFING), min_size=1, max_size=3, unique=True)
            ),
            "objectives": draw(st.lists(texts, max_size=3, unique_by=lambda t: t.split()[0])),
        }
        for name, day in zip(names, days, strict=True)
    ]
    modules[-1]["assessment"] = draw(st.sampled_from([None, *ASSESSMENTS]))
    modules[0]["survey"] = draw(st.sampled_from([None, "pre", "post"]))
    return {
        "code": draw(codes),
        "title": draw(texts),
        "program": draw(texts),
        "version": draw(st.integers(1, 9999)),
        "summary": draw(st.none() | texts),
        "validity_months": draw(st.none() | st.just("none") | st.integers(1, 600)),
        "rules": {"pass_mark": 80, "attempts": draw(st.integers(1, 20)), "minutes_required": "all"},
        "capacity": {"default": draw(st.integers(1, 1000))},
        "prerequisites": [],
        "modules": modules,
    }


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=10,
)


@given(document=documents())
def test_a_course_survives_being_written_and_read_again(document: dict[str, Any]) -> None:
    spec = parse_course(document)
    again = parse_course(yaml.safe_load(yaml.safe_dump(spec.as_document())))
    assert (again, again.digest) == (spec, spec.digest)


@given(document=anything)
def test_no_document_raises_anything_but_a_curriculum_error(document: Any) -> None:
    with pytest.raises(CurriculumError):
        parse_course(document)


@given(document=documents(), value=anything, data=st.data())
def test_a_course_with_one_value_replaced_is_read_or_refused(
    document: dict[str, Any], value: Any, data: st.DataObject
) -> None:
    changed = copy.deepcopy(document)
    holder = data.draw(st.sampled_from([changed, changed["rules"], changed["modules"][0]]))
    holder[data.draw(st.sampled_from([*holder, "unknown"]))] = value
    try:
        spec = parse_course(changed)
    except CurriculumError as error:
        str(error).encode()
        return
    assert parse_course(spec.as_document()) == spec


# The files that ship.


@pytest.fixture(scope="module")
def shipped() -> dict[str, CourseSpec]:
    return {path.stem: read_course(path) for path in CURRICULA}


def test_each_file_is_named_by_its_course(shipped: dict[str, CourseSpec]) -> None:
    assert all(spec.code == stem for stem, spec in shipped.items())


def test_the_ten_programs_ship(shipped: dict[str, CourseSpec]) -> None:
    assert Counter(spec.program for spec in shipped.values()) == Counter(TEN_PROGRAMS)


def test_prerequisites_are_courses_that_ship(shipped: dict[str, CourseSpec]) -> None:
    assert {code for spec in shipped.values() for code in spec.prerequisites} <= set(shipped)


def test_the_demonstration_week_has_31_modules_and_40_hours(shipped: dict[str, CourseSpec]) -> None:
    week = shipped["cit-40"]
    assert (len(week.modules), week.total_minutes) == (31, 2400)


def test_each_day_of_the_demonstration_week_has_8_hours(shipped: dict[str, CourseSpec]) -> None:
    minutes: Counter[int | None] = Counter()
    for entry in shipped["cit-40"].modules:
        minutes[entry.day] += entry.minutes
    assert minutes == {1: 480, 2: 480, 3: 480, 4: 480, 5: 480}


def test_the_demonstration_week_is_surveyed_and_assessed(shipped: dict[str, CourseSpec]) -> None:
    marks = {
        entry.survey or entry.assessment: (entry.code, entry.day)
        for entry in shipped["cit-40"].modules
        if entry.survey or entry.assessment
    }
    assert marks == {
        "pre": ("welcome", 1),
        "skills_application": ("scenarios-3", 5),
        "knowledge_check": ("knowledge-check", 5),
        "post": ("evaluation", 5),
    }
