from assessments.models.instrument import Instrument, InstrumentDraft, InstrumentVersion
from assessments.models.knowledge import (
    Attempt,
    KnowledgeCheck,
    Question,
    SkillsAssessment,
    SkillsOutcome,
)
from assessments.models.protocol import CohortArm, InformationSheet
from assessments.models.public import PublicOutcomes
from assessments.models.rates import RateGroup, ResponseRate, VintageCounts, VintageGroups
from assessments.models.release import Release, ReleaseProblem, ReleaseState
from assessments.models.review import TextReview
from assessments.models.study import OutcomeVintage, Study, SurveyWindow, Wave
from assessments.models.work import Work, WorkKind, WorkState

__all__ = [
    "Attempt",
    "CohortArm",
    "InformationSheet",
    "Instrument",
    "InstrumentDraft",
    "InstrumentVersion",
    "KnowledgeCheck",
    "OutcomeVintage",
    "PublicOutcomes",
    "Question",
    "RateGroup",
    "Release",
    "ReleaseProblem",
    "ReleaseState",
    "ResponseRate",
    "SkillsAssessment",
    "SkillsOutcome",
    "Study",
    "SurveyWindow",
    "TextReview",
    "VintageCounts",
    "VintageGroups",
    "Wave",
    "Work",
    "WorkKind",
    "WorkState",
]
