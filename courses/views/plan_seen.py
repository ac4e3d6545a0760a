"""What somebody was looking at when they changed a plan."""

from dataclasses import dataclass

from django.core import signing

from courses.models import SchedulePlan
from courses.planning import Plan, PlanError, plan_from_json

SALT = "courses.plan"


@dataclass(frozen=True, slots=True)
class Seen:
    """A plan as a page showed it, with its revision. It travels through the page's forms, signed,
    so that whoever comes too late can be told what has changed since."""

    revision: int
    plan: Plan


def seal(plan: SchedulePlan) -> str:
    """What a form carries."""
    document = {"revision": plan.revision, "document": plan.document}
    return signing.dumps(document, salt=SALT, compress=True)


def unseal(text: str) -> Seen | None:
    """What a form brought back; None for anything that no page of ours sent."""
    try:
        found = signing.loads(text, salt=SALT)
        return Seen(found["revision"], plan_from_json(found["document"]))
    except (signing.BadSignature, PlanError, KeyError, TypeError, ValueError):
        return None
