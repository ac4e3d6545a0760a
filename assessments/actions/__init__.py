from assessments.actions.answering import Progress, decline, progress_of, seal_section
from assessments.actions.importing import ImportRefused, check_importable, import_responses
from assessments.actions.opening import destroy_served_keys, open_due_boxes, open_window
from assessments.actions.outcomes import current_vintage
from assessments.actions.registry import Frozen, create_study_keys, load_instrument, load_study
from assessments.actions.windows import create_windows, due_windows

__all__ = [
    "Frozen",
    "ImportRefused",
    "Progress",
    "check_importable",
    "create_study_keys",
    "create_windows",
    "current_vintage",
    "decline",
    "destroy_served_keys",
    "due_windows",
    "import_responses",
    "load_instrument",
    "load_study",
    "open_due_boxes",
    "open_window",
    "progress_of",
    "seal_section",
]
