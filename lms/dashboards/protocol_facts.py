"""What the protocol page says of a study, as words for its template."""

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.covariates import parse_covariates
from assessments.freezing import freeze_of
from assessments.models import Study
from assessments.promise import promise_of
from assessments.protocol import Arm, StudySpec, WaveSpec
from assessments.self_made import CODE_ELEMENTS, FOUND_PERCENT
from assessments.window_bounds import FIRST_WAVE

LANGUAGE = "en"


def for_page(study: Study) -> dict[str, Any]:
    spec, instrument = study.spec, study.instrument_version.spec

    def titles(codes: tuple[str, ...]) -> list[str]:
        return [instrument.scale(code).title_in(LANGUAGE) for code in codes]

    return {
        "study": study,
        "spec": spec,
        "instrument": instrument,
        "freeze": freeze_of(study),
        "waves": [(wave.title, _timing(wave), _lasting(wave)) for wave in spec.waves],
        "retention": _retention(spec),
        "linking": _linking(spec),
        "elements": [CODE_ELEMENTS[code].question_in(LANGUAGE) for code in spec.code_elements],
        "primary": titles((spec.primary,))[0],
        "family": titles(spec.family),
        "exploratory": titles(spec.exploratory),
        "covariates": [one.question_in(LANGUAGE) for one in parse_covariates(spec.covariates)],
        "arms": _arms(study, spec),
        "sheets": study.sheets.annotate(shown_in=Count("windows")).order_by("-pk"),
        "promise": promise_of(study),
    }


def _timing(wave: WaveSpec) -> str:
    weeks, months = wave.after_weeks, wave.after_months
    if weeks:
        one, more = "%(n)s week after the last session", "%(n)s weeks after the last session"
        return ngettext(one, more, weeks) % {"n": weeks}
    if months:
        one, more = "%(n)s month after the last session", "%(n)s months after the last session"
        return ngettext(one, more, months) % {"n": months}
    if wave.code == FIRST_WAVE:
        return _("From enrolment to the end of the first marked session")
    return _("From the start of the session marked for it")


def _lasting(wave: WaveSpec) -> str:
    parts = []
    if wave.lasts_days:
        words = ngettext("%(n)s day", "%(n)s days", wave.lasts_days)
        parts.append(words % {"n": wave.lasts_days})
    if wave.grace_days:
        words = ngettext("%(n)s day of grace", "%(n)s days of grace", wave.grace_days)
        parts.append(words % {"n": wave.grace_days})
    return ", ".join(parts)


def _retention(spec: StudySpec) -> str:
    months = spec.retention_months
    if months is None:
        return _("No end is set")
    words = ngettext(
        "%(n)s month after the last survey", "%(n)s months after the last survey", months
    )
    return words % {"n": months}


def _linking(spec: StudySpec) -> str:
    if not spec.is_anonymous:
        return _(
            "Confidential. Surveys of one person are matched exactly, by a code that takes a key "
            "of each side. Nobody is lost to a slip, and nobody confused."
        )
    return _(
        "Anonymous, which is weaker at linking. People make a code themselves; one element may "
        "differ, and a doubtful match is none. With one slip in twenty elements about "
        "%(found)s of 100 pairs are found. A key would find all of them."
    ) % {"found": FOUND_PERCENT}


def _arms(study: Study, spec: StudySpec) -> list[dict[str, Any]]:
    assigned = list(study.cohort_arms.select_related("cohort", "follows"))
    return [
        {
            "title": arm.title_in(LANGUAGE),
            "kind": _kind(arm),
            "cohorts": [one for one in assigned if one.arm == arm.code],
            "rest": arm == spec.training_arm,
        }
        for arm in spec.arms
    ]


def _kind(arm: Arm) -> str:
    kinds = {
        "training": _("Trained"),
        "waiting_list": _("Waits for the training"),
        "comparison": _("Compared, not trained"),
    }
    return kinds[arm.kind]
