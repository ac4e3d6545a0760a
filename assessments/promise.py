"""What officers are promised before the first question: what is stored, who can see what, what is
never shown, how to withdraw, for how long answers are kept, and where the keys are.

Who can see what is read from the roles as they are now. So whoever gets a new view of surveys
changes the promise, and with it the version that is sealed into each response.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from assessments.models import InformationSheet, Study
from assessments.protocol import StudySpec
from assessments.self_made import FOUND_PERCENT
from lms.accounts import roles
from lms.accounts.permissions import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WITHDRAWAL_DAYS = 7
_STAMP_DIGITS = 8

# What each permission lets somebody see of surveys. A permission in neither of the two fails a
# test: whoever adds one decides here whether officers have to be told.
SIGHTS: Mapping[Permission, "StrOrPromise"] = {
    Permission.READ_OUTCOMES: gettext_lazy(
        "results and response rates of groups of %(threshold)s or more"
    ),
    Permission.EXPORT_OUTCOMES: gettext_lazy("the same as tables to take away"),
    Permission.RELEASE_DATA: gettext_lazy(
        "answers without a name, this code or class, each among five people alike or more, in "
        "data released for research"
    ),
}
NO_SIGHT = frozenset(
    {
        Permission.SEE_COHORTS,
        Permission.MANAGE_COHORTS,
        Permission.KEEP_QUALIFICATIONS,
        Permission.NOMINATE,
        Permission.TAKE_ATTENDANCE,
        Permission.RECORD_SKILLS,
        Permission.ISSUE_CERTIFICATES,
        Permission.REVOKE_CERTIFICATES,
        Permission.SEE_AGENCY_PROGRESS,
        Permission.MANAGE_PEOPLE,
        Permission.MANAGE_STUDIES,
        Permission.IMPORT_RESPONSES,
        Permission.MANAGE_INSTRUMENTS,
        # What everybody may read in public has nothing of any group that is not shown.
        Permission.PUBLISH_OUTCOMES,
        Permission.READ_REPORTS,
        Permission.EDIT_CONTENT,
    }
)


@dataclass(frozen=True)
class Sight:
    """What some roles can see of surveys; `sees` is empty where that is nothing."""

    roles: tuple[str, ...]
    sees: tuple[str, ...]


@dataclass(frozen=True)
class Promise:
    """The promise of one study under one version of its information sheet, in the language that is
    active while it is read."""

    study: StudySpec
    sheet: str

    @property
    def stored(self) -> list[str]:
        told = [_("Your answers, your class, and which survey it was.")]
        if self.study.covariates:
            told.append(_("Broad groups about your work, if you choose them."))
        if self.study.free_text:
            told.append(
                _(
                    "What you write yourself. Leave out names: the evaluators read each text "
                    "before any is shared."
                )
            )
        told.append(self._link)
        return [*told, _("No name, email, badge, address or time.")]

    @property
    def _link(self) -> str:
        if self.study.is_anonymous:
            return _(
                "A code you make yourself, scrambled. It matches your surveys less surely than a "
                "key would: of 100 pairs about %(found)s are found."
            ) % {"found": FOUND_PERCENT}
        return _("A code that matches your surveys. Making it takes two keys that two sides keep.")

    @property
    def sights(self) -> list[Sight]:
        """Every role, those that see the same together; those that see nothing come first."""
        by_sight: dict[tuple[str, ...], list[str]] = {}
        for role in roles.ROLES.values():
            by_sight.setdefault(self._seen_by(role), []).append(str(role.label))
        sights = [Sight(tuple(names), sees) for sees, names in by_sight.items()]
        return sorted(sights, key=lambda sight: len(sight.sees))

    def _seen_by(self, role: roles.Role) -> tuple[str, ...]:
        return tuple(
            str(words) % {"threshold": self.study.threshold}
            for permission, words in SIGHTS.items()
            if permission in role.permissions
        )

    @property
    def never_shown(self) -> list[str]:
        few = _("Figures about fewer than %(n)s people.") % {"n": self.study.threshold}
        if self.study.free_text:
            return [_("What you ticked, or whether you answered or declined."), few]
        return [_("What you answered, or whether you answered or declined."), few]

    @property
    def withdrawal(self) -> list[str]:
        while_open = _(
            "While the survey is open: on its last page. What you sealed is thrown away."
        )
        if self.study.is_anonymous:
            later = _("After it has closed: not any more. Nobody can tell which answers are yours.")
        else:
            later = _(
                "After it has closed: ask in the portal. Your answers are taken out when boxes are "
                "next opened, at most %(days)s days later. Figures already published stay."
            ) % {"days": WITHDRAWAL_DAYS}
        return [while_open, later]

    @property
    def retention(self) -> list[str]:
        months = self.study.retention_months
        if months is None:
            return [_("No end is set. The review board decides, and keys are then destroyed.")]
        words = ngettext(
            "%(n)s month after the last survey. Then the keys are destroyed.",
            "%(n)s months after the last survey. Then the keys are destroyed.",
            months,
        )
        return [words % {"n": months}]

    @property
    def deployment(self) -> list[str]:
        if settings.PORTAL_SIDE == "both":
            return [
                _(
                    "Both keys are on one machine, in two places. That protects from stolen "
                    "databases and backups, not from whoever runs the machine."
                )
            ]
        return [
            _(
                "One key is with the portal, one with the evaluators elsewhere. The portal cannot "
                "read what you sealed. The evaluators can once the survey has closed, under a code "
                "and with your class, without a name."
            )
        ]

    @property
    def parts(self) -> list[tuple[str, list[str]]]:
        """Headings with their sentences, in the order in which they are shown."""
        return [
            (_("What is stored"), self.stored),
            (_("Who can see what"), [_sentence(sight) for sight in self.sights]),
            (_("What is never shown"), self.never_shown),
            (_("If you change your mind"), self.withdrawal),
            (_("How long it is kept"), self.retention),
            (_("Where the keys are"), self.deployment),
        ]

    @cached_property
    def version(self) -> str:
        """The sheet's version and a digest of all that is promised, in English whoever reads it."""
        with override("en"):
            words = json.dumps(self.parts)
        return f"{self.sheet}.{hashlib.sha256(words.encode()).hexdigest()[:_STAMP_DIGITS]}"


def _sentence(sight: Sight) -> str:
    seen = "; ".join(sight.sees) or _("nothing, neither answers nor whether there are any")
    first, *others = sight.roles
    named = ", ".join([first, *(role.lower() for role in others)])
    return _("%(roles)s: %(seen)s.") % {"roles": named, "seen": seen}


def promise_of(study: Study, sheet: InformationSheet | None = None) -> Promise:
    """The promise under the information sheet that a window shows, or else under the newest."""
    return Promise(study.spec, (sheet or study.current_sheet).version)
