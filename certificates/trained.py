"""How many people completed a training, year by year: people, not seats or sheets of paper."""

from collections import Counter
from collections.abc import Collection

from certificates.models import Certificate


def trained_by_year(courses: Collection[str]) -> dict[int, int]:
    """People with a certificate that stands of one of these courses, by the calendar year in which
    their cohort began. Everybody counts once in a year."""
    standing = Certificate.objects.filter(
        revocation=None, enrolment__cohort__version__course__code__in=courses
    )
    pairs = (
        standing.order_by().values_list("enrolment__cohort__starts_on__year", "enrolment__user")
    ).distinct()
    return dict(sorted(Counter(year for year, _person in pairs).items()))
