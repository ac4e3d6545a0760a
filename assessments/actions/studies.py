"""Bringing a study's protocol in from its file, and what follows for waves and windows."""

import json
import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from nacl.public import PrivateKey

from assessments.actions.instruments import Frozen
from assessments.actions.windows import create_windows
from assessments.ballot_box.sealing import LINKS, MAX_SECTIONS, Envelope, TooLong
from assessments.frame import Frame
from assessments.freezing import answerable_windows, freeze_of
from assessments.keyring import web_store
from assessments.models import InstrumentVersion, Study, SurveyWindow
from assessments.questionnaire import sections_of
from assessments.studies import StudyError, StudySpec, parse_study
from assessments.study_changes import Change, changes_between, only_the_sheet
from courses.models import Cohort, Course
from lms.accounts.audit import record
from lms.accounts.models import User


@dataclass(frozen=True)
class StudyPlan:
    """What loading a document would do: to `study` (None: it makes a new one), with `changes`
    (none: nothing). `is_new_sheet`: the protocol stands, the information sheet is a new version."""

    document: dict[str, Any]
    spec: StudySpec
    version: InstrumentVersion
    courses: list[Course]
    study: Study | None
    changes: list[Change]
    is_new_sheet: bool


@transaction.atomic
def plan_study(*, document: dict[str, Any]) -> StudyPlan:
    """Reads a document and compares it with the study as it is; changes nothing.

    Raises StudyError, or Frozen where it says something else than a protocol that people have
    been asked under.
    """
    document = json.loads(json.dumps(document))
    version = _named_version(document)
    spec = parse_study(document, version.spec)
    _check_that_it_fits(Frame(uuid.UUID(int=0), spec, version.spec))
    courses = _named_courses(spec.courses)
    study = Study.objects.select_for_update().filter(code=spec.code).first()
    before = study.document if study else {}
    new_sheet = study is not None and only_the_sheet(before, document)
    changes = changes_between(before, document)
    if study and changes:
        _check_that_it_may_change(study, spec, new_sheet)
    return StudyPlan(document, spec, version, courses, study, changes, new_sheet)


def _check_that_it_may_change(study: Study, spec: StudySpec, new_sheet: bool) -> None:
    if freeze_of(study):
        if not new_sheet:
            raise Frozen(
                f"The protocol of {study.code} is frozen: people can answer, or have been able to"
            )
        if study.sheets.filter(version=spec.information_sheet.version).exists():
            raise Frozen(
                f"Information sheet {spec.information_sheet.version} of {study.code} has been "
                "shown; give the new words a new version"
            )
    arms = {arm.code for arm in spec.arms}
    left = study.cohort_arms.exclude(arm__in=arms).select_related("cohort").first()
    if left:
        raise StudyError([f"arms: cohort {left.cohort.code} is assigned to {left.arm}"])


@transaction.atomic
def load_study(*, document: dict[str, Any], by: User | None) -> tuple[Study, bool]:
    """Creates the study a document describes, or updates it while nobody could have answered. A new
    version of its information sheet is taken at any time, for windows that have not opened.

    Returns the study and whether anything changed. Raises StudyError or Frozen.
    """
    plan = plan_study(document=document)
    if plan.study and not plan.changes:
        return plan.study, False
    study = plan.study or Study(code=plan.spec.code)
    study.title, study.instrument_version = plan.spec.title, plan.version
    study.document = plan.document
    study.save()
    if not plan.is_new_sheet:
        study.courses.set(plan.courses)
        _follow(study, plan.spec)
    _show_sheet(study, plan.spec)
    action = "study.sheet_added" if plan.is_new_sheet else "study.loaded"
    detail = {"code": study.code, "sheet": plan.spec.information_sheet.version}
    record(action=action, by=by, about=study, detail=detail)
    return study, True


def _follow(study: Study, spec: StudySpec) -> None:
    """Makes waves and windows those of the document. Nobody could have answered a window so far."""
    _keep_sheet(study, spec)
    cohorts = list(Cohort.objects.filter(survey_windows__wave__study=study).distinct())
    windows = SurveyWindow.objects.filter(wave__study=study)
    taking_part = Q(cohort__version__course__in=study.courses.all()) | Q(
        cohort__study_arms__study=study
    )
    for window in windows.filter(~Q(wave__code__in=spec.wave_codes) | ~taking_part):
        _discard(window)
    study.waves.exclude(code__in=spec.wave_codes).delete()
    for position, wave in enumerate(spec.waves, start=1):
        defaults = {"title": wave.title, "position": position}
        study.waves.update_or_create(code=wave.code, defaults=defaults)
    for cohort in cohorts:
        create_windows(cohort=cohort)


def _discard(window: SurveyWindow) -> None:
    """Takes back a window that nobody could have answered. Its key goes once that is certain."""
    destroy = partial(web_store().destroy_box_key, window.wave.study.uuid, window.pk)
    window.delete()
    transaction.on_commit(destroy)


def _keep_sheet(study: Study, spec: StudySpec) -> None:
    sheet = spec.information_sheet
    study.sheets.update_or_create(version=sheet.version, defaults={"text": dict(sheet.text)})


def _show_sheet(study: Study, spec: StudySpec) -> None:
    """Shows the document's information sheet in every window that nobody could have answered."""
    _keep_sheet(study, spec)
    sheet = study.sheets.get(version=spec.information_sheet.version)
    shown = [window.pk for window in answerable_windows(study)]
    waiting = SurveyWindow.objects.filter(wave__study=study, opened_at__isnull=True)
    waiting.exclude(pk__in=shown).update(sheet=sheet)
    # What nobody can have read is no version of it.
    study.sheets.exclude(pk=sheet.pk).filter(windows__isnull=True).delete()


def _named_version(document: dict[str, Any]) -> InstrumentVersion:
    code, number = document.get("instrument"), document.get("instrument_version")
    version = InstrumentVersion.objects.filter(
        instrument__code=str(code), number=number if isinstance(number, int) else -1
    ).first()
    if version is None:
        raise StudyError([f"instrument: version {number!r} of {code!r} has not been loaded"])
    return version


def _check_that_it_fits(frame: Frame) -> None:
    """Refuses a questionnaire that a ballot could not hold, before anybody has answered it."""
    sections = sections_of(frame)
    if len(sections) > MAX_SECTIONS:
        raise StudyError([f"instrument: {len(sections)} sections; a ballot holds {MAX_SECTIONS}"])
    envelope = Envelope(frame.uuid, frame.uuid, ["f" * 64] * LINKS, len(sections), "f" * 32)
    key = bytes(PrivateKey.generate().public_key)
    for section in sections:
        try:
            envelope.slot(key, section.number, section.longest_answers, final=False)
        except TooLong as error:
            raise StudyError([f"instrument: {error}"]) from error


def _named_courses(codes: tuple[str, ...]) -> list[Course]:
    courses = list(Course.objects.filter(code__in=codes))
    unknown = set(codes) - {course.code for course in courses}
    if unknown:
        raise StudyError([f"courses: {', '.join(sorted(unknown))} not loaded"])
    return courses
