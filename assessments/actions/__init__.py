from assessments.actions.answering import (
    Progress,
    decline,
    progress_of,
    seal_section,
    seal_sections,
    use_link,
)
from assessments.actions.filling import cover_open_boxes, fill_box
from assessments.actions.importing import ImportRefused, check_importable, import_responses
from assessments.actions.instruments import Frozen, load_instrument
from assessments.actions.invitations import queue_invitations
from assessments.actions.opening import destroy_served_keys, open_due_boxes, open_window
from assessments.actions.outcomes import current_vintage, is_vintage_due, newest_vintage
from assessments.actions.publishing import (
    NotPublishable,
    PreviewOutdated,
    public_preview,
    publish_outcomes,
)
from assessments.actions.renewing import renew_study, rewrap_sheets
from assessments.actions.requests import request_withdrawal
from assessments.actions.studies import StudyPlan, load_study, plan_study
from assessments.actions.study_keys import create_study_keys
from assessments.actions.windows import (
    create_missing_windows,
    create_windows,
    due_windows,
    publish_cohort,
    reopen_window,
)
from assessments.actions.working import work_out

__all__ = [
    "Frozen",
    "ImportRefused",
    "NotPublishable",
    "PreviewOutdated",
    "Progress",
    "StudyPlan",
    "check_importable",
    "cover_open_boxes",
    "create_missing_windows",
    "create_study_keys",
    "create_windows",
    "current_vintage",
    "decline",
    "destroy_served_keys",
    "due_windows",
    "fill_box",
    "import_responses",
    "is_vintage_due",
    "load_instrument",
    "load_study",
    "newest_vintage",
    "open_due_boxes",
    "open_window",
    "plan_study",
    "progress_of",
    "public_preview",
    "publish_cohort",
    "publish_outcomes",
    "queue_invitations",
    "renew_study",
    "reopen_window",
    "request_withdrawal",
    "rewrap_sheets",
    "seal_section",
    "seal_sections",
    "use_link",
    "work_out",
]
