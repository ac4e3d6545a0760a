from lms.accounts.models.edits import HandEdit
from lms.accounts.models.outbox import (
    MESSAGE_TRANSITIONS,
    MessageProblem,
    MessageState,
    MessageTemplate,
    OutgoingMessage,
)
from lms.accounts.models.people import (
    Agency,
    AuditEntry,
    ResearchId,
    RoleAssignment,
    User,
    Workforce,
    new_research_id,
    validate_time_zone,
)

__all__ = [
    "MESSAGE_TRANSITIONS",
    "Agency",
    "AuditEntry",
    "HandEdit",
    "MessageProblem",
    "MessageState",
    "MessageTemplate",
    "OutgoingMessage",
    "ResearchId",
    "RoleAssignment",
    "User",
    "Workforce",
    "new_research_id",
    "validate_time_zone",
]
