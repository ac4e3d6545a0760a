"""What the demo's public page and its report need: a public vintage, as the evaluator would publish
it at the end of the year, and how many people an agency employs."""

from django.conf import settings

from assessments.actions import NotPublishable, publish_outcomes
from assessments.models import PublicOutcomes, Study
from certificates.trained import trained_by_year
from lms.accounts.clock import today
from lms.accounts.models import Agency, User

STAFF = {"bpd": 2_050, "ems": 420}


def count_staff() -> None:
    """Two of the three agencies have said how many people they employ."""
    for code, staff in STAFF.items():
        Agency.objects.get(code=code).count_staff(staff, today(settings.TIME_ZONE))


def publish_newest(study: Study, by: User) -> PublicOutcomes | None:
    """Publishes the newest vintage that evaluators read; None where it has nothing to show."""
    vintage = study.vintages.filter(published=True).first()
    if vintage is None:
        return None
    try:
        trained = trained_by_year(study.spec.courses)
        return publish_outcomes(vintage=vintage, trained=trained, by=by)
    except NotPublishable:
        return None
