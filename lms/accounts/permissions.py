"""What a role can allow. An auditor reads this file and roles.py, and knows who may do what."""

from enum import StrEnum


class Permission(StrEnum):
    """One thing that somebody may be allowed to do. Seeing one's own training needs none."""

    SEE_COHORTS = "see_cohorts"
    MANAGE_COHORTS = "manage_cohorts"
    KEEP_QUALIFICATIONS = "keep_qualifications"
    NOMINATE = "nominate"
    TAKE_ATTENDANCE = "take_attendance"
    RECORD_SKILLS = "record_skills"
    ISSUE_CERTIFICATES = "issue_certificates"
    REVOKE_CERTIFICATES = "revoke_certificates"
    SEE_AGENCY_PROGRESS = "see_agency_progress"
    MANAGE_PEOPLE = "manage_people"
    READ_OUTCOMES = "read_outcomes"
    EXPORT_OUTCOMES = "export_outcomes"
    RELEASE_DATA = "release_data"
    PUBLISH_OUTCOMES = "publish_outcomes"
    READ_REPORTS = "read_reports"
    MANAGE_STUDIES = "manage_studies"
    IMPORT_RESPONSES = "import_responses"
    MANAGE_INSTRUMENTS = "manage_instruments"
    EDIT_CONTENT = "edit_content"
