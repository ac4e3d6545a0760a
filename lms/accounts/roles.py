"""Roles as data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lms.accounts.permissions import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Role:
    """One role: what it allows, and whether whoever holds it sees records of named people.

    `needs_second_factor` is enforced where REQUIRE_SECOND_FACTOR is on.
    `wagtail_groups` are the editors' groups that holding the role puts somebody in.
    """

    code: str
    label: "StrOrPromise"
    permissions: frozenset[Permission]
    sees_people: bool = False
    sees_answers: bool = False
    needs_second_factor: bool = False
    wagtail_groups: tuple[str, ...] = ()

    @property
    def is_everywhere(self) -> bool:
        """Whether what this role opens is not divided by agency, so that only somebody who manages
        people everywhere may give or take it."""
        return self.sees_answers or bool(self.wagtail_groups)


_TRAINER = {
    Permission.SEE_COHORTS,
    Permission.TAKE_ATTENDANCE,
    Permission.RECORD_SKILLS,
    Permission.ISSUE_CERTIFICATES,
}
_COORDINATOR = {
    *_TRAINER,
    Permission.MANAGE_COHORTS,
    Permission.KEEP_QUALIFICATIONS,
    Permission.REVOKE_CERTIFICATES,
    Permission.READ_REPORTS,
}

ROLES: dict[str, Role] = {
    role.code: role
    for role in [
        Role("learner", _("Learner"), frozenset()),
        Role(
            "trainer",
            _("Trainer"),
            frozenset({*_TRAINER, Permission.MANAGE_COHORTS}),
            sees_people=True,
            needs_second_factor=True,
        ),
        Role(
            "coordinator",
            _("Coordinator"),
            frozenset(_COORDINATOR),
            sees_people=True,
            needs_second_factor=True,
        ),
        Role(
            "evaluator",
            _("Evaluator"),
            frozenset(
                {
                    Permission.READ_OUTCOMES,
                    Permission.EXPORT_OUTCOMES,
                    Permission.RELEASE_DATA,
                    Permission.PUBLISH_OUTCOMES,
                    Permission.READ_REPORTS,
                    Permission.IMPORT_RESPONSES,
                    Permission.MANAGE_INSTRUMENTS,
                    Permission.MANAGE_STUDIES,
                }
            ),
            sees_answers=True,
            needs_second_factor=True,
        ),
        Role(
            "supervisor",
            _("Supervisor"),
            frozenset(
                {Permission.SEE_AGENCY_PROGRESS, Permission.NOMINATE, Permission.READ_REPORTS}
            ),
            sees_people=True,
        ),
        Role(
            "editor",
            _("Editor"),
            frozenset({Permission.EDIT_CONTENT}),
            wagtail_groups=("Editors", "Moderators"),
        ),
        Role(
            "administrator",
            _("Administrator"),
            frozenset({Permission.MANAGE_PEOPLE, Permission.READ_REPORTS}),
            sees_people=True,
            needs_second_factor=True,
        ),
    ]
}


def conflict(first: str, second: str) -> bool:
    """Whether one person may not hold both roles: reading outcomes excludes seeing people."""
    a, b = ROLES[first], ROLES[second]
    return (a.sees_answers and b.sees_people) or (b.sees_answers and a.sees_people)
