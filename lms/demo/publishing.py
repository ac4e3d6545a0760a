"""The demo's public vintage: what the evaluator would publish at the end of the year."""

from assessments.actions import NotPublishable, publish_outcomes
from assessments.models import PublicOutcomes, Study
from certificates.trained import trained_by_year
from lms.accounts.models import User


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
