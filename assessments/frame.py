"""What a ballot is made by, and a box opened by: one study's questionnaire. No Django here, because
the evaluators' side may have no main database."""

import uuid
from dataclasses import dataclass

from assessments.instruments import InstrumentSpec
from assessments.studies import StudySpec


@dataclass(frozen=True)
class Frame:
    """A study's identity and its two documents as read: the protocol, and the instrument version
    that it asks."""

    uuid: uuid.UUID
    study: StudySpec
    instrument: InstrumentSpec
