from assessments.models.instrument import Instrument, InstrumentVersion
from assessments.models.knowledge import (
    Attempt,
    KnowledgeCheck,
    Question,
    SkillsAssessment,
    SkillsOutcome,
)
from assessments.models.protocol import CohortArm, InformationSheet
from assessments.models.rates import RateGroup, ResponseRate
from assessments.models.study import OutcomeVintage, Study, SurveyWindow, Wave

__all__ = [
    "Attempt",
    "CohortArm",
    "InformationSheet",
    "Instrument",
    "InstrumentVersion",
    "KnowledgeCheck",
    "OutcomeVintage",
    "Question",
    "RateGroup",
    "ResponseRate",
    "SkillsAssessment",
    "SkillsOutcome",
    "Study",
    "SurveyWindow",
    "Wave",
]
