"""What somebody was looking at when they changed a plan."""

from django.core import signing

from courses.planning import PlanError, plan_from_json, plan_to_json
from courses.plans.schedules import WorkingPlan

SALT = "courses.plan"


def seal(working: WorkingPlan) -> str:
    """What a form carries: the plan that its page shows, signed, so that whoever comes too late can
    be told what has changed since."""
    document = {"revision": working.revision, "document": plan_to_json(working.plan)}
    return signing.dumps(document, salt=SALT, compress=True)


def unseal(text: str) -> WorkingPlan | None:
    """What a form brought back; None for anything that no page of ours sent."""
    try:
        found = signing.loads(text, salt=SALT)
        return WorkingPlan(plan_from_json(found["document"]), found["revision"])
    except (signing.BadSignature, PlanError, KeyError, TypeError, ValueError):
        return None
