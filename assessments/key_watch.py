"""A lost key is found on the day it is lost, not at the opening."""

import logging

from assessments.keyring import problems
from assessments.models import Study
from lms.accounts.mail import compose
from lms.accounts.models import User
from lms.accounts.permissions import Permission

log = logging.getLogger("portal.keys")


def watch_keys() -> list[Study]:
    """Looks at the keys of every study that has some; where one is missing or does not fit, says so
    in the log, with what is wrong, and to the administrators by mail, without. Returns the
    studies."""
    found = []
    for study in Study.objects.exclude(public_key=None):
        wrong = problems(study)
        for problem in wrong:
            log.error("study %s: %s", study.code, problem)
        if wrong:
            found.append(study)
            _tell_administrators(study)
    return found


def _tell_administrators(study: Study) -> None:
    for person in User.objects.filter(is_active=True, role_assignments__agency=None).distinct():
        if person.may_everywhere(Permission.MANAGE_PEOPLE):
            compose(
                "assessments/mail/keys",
                to=person.email,
                user=person,
                study=study.title,
                code=study.code,
            ).send()
