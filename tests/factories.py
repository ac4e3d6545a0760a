"""Test people, cohorts and seats. Cheap: nobody here has a password unless a test sets one."""

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from courses.models import (
    Cohort,
    Course,
    CourseVersion,
    Enrolment,
    EnrolmentState,
    EnrolmentTransition,
    Module,
    Qualification,
    Venue,
)
from lms.accounts.models import Agency, RoleAssignment, User
from tests.schedules import write_schedule


class AgencyFactory(DjangoModelFactory[Agency]):
    class Meta:
        model = Agency

    code = factory.Sequence(lambda n: f"agency-{n}")
    name = factory.Sequence(lambda n: f"Agency {n}")


class UserFactory(DjangoModelFactory[User]):
    """`roles=["trainer"]` gives roles everywhere, `roles=[("trainer", agency)]` at one agency."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    first_name = "Rosa"
    last_name = factory.Sequence(lambda n: f"Estrada{n}")
    agency = factory.SubFactory(AgencyFactory)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **kwargs)

    @factory.post_generation
    def roles(self: User, create: bool, given: list[Any] | None, **kwargs: Any) -> None:
        for entry in given or []:
            role, agency = entry if isinstance(entry, tuple) else (entry, None)
            RoleAssignment.objects.create(user=self, role=role, agency=agency)


class VenueFactory(DjangoModelFactory[Venue]):
    class Meta:
        model = Venue

    name = factory.Sequence(lambda n: f"Room {n}")


class CourseFactory(DjangoModelFactory[Course]):
    class Meta:
        model = Course

    code = factory.Sequence(lambda n: f"course-{n}")
    title = factory.Sequence(lambda n: f"Course {n}")
    program = "Crisis Intervention Team"


class ModuleFactory(DjangoModelFactory[Module]):
    class Meta:
        model = Module

    code = factory.Sequence(lambda n: f"module-{n}")
    position = factory.Sequence(lambda n: n % 30_000)
    title = factory.Sequence(lambda n: f"Module {n}")
    minutes = 60
    delivery = "classroom"
    format = "lecture"
    day = 1
    staffing = factory.LazyFunction(lambda: ["officer", "clinician"])


class QualificationFactory(DjangoModelFactory[Qualification]):
    """Leads as the officer in every course, since 2024 and without end."""

    class Meta:
        model = Qualification

    person = factory.SubFactory(UserFactory)
    part = "officer"
    level = "lead"
    title = "CIT instructor"
    valid_from = date(2024, 1, 1)


class CourseVersionFactory(DjangoModelFactory[CourseVersion]):
    """`modules=[{...}, ...]` sets fields of its modules, in order; two of an hour by default:
    welcome on day 1, farewell on day 2."""

    class Meta:
        model = CourseVersion
        skip_postgeneration_save = True

    course = factory.SubFactory(CourseFactory)
    number = 1
    title = factory.SelfAttribute("course.title")
    rules = factory.LazyFunction(
        lambda: {"pass_mark": 80, "attempts": 2, "minutes_required": "all"}
    )
    digest = "0" * 64

    @factory.post_generation
    def modules(self: CourseVersion, create: bool, given: Any, **kwargs: Any) -> None:
        default = [{"code": "welcome", "day": 1}, {"code": "farewell", "day": 2}]
        for position, fields in enumerate(default if given is None else given, start=1):
            ModuleFactory.create(version=self, **({"position": position} | fields))


class CohortFactory(DjangoModelFactory[Cohort]):
    """Scheduled from Monday 30 November 2026, with its sessions (`tests.schedules`)."""

    class Meta:
        model = Cohort

    version = factory.SubFactory(CourseVersionFactory)
    agency = factory.SubFactory(AgencyFactory)
    venue = factory.SubFactory(VenueFactory)
    starts_on = date(2026, 11, 30)
    capacity = 28

    @classmethod
    def _create(cls, model_class: type[Cohort], *args: Any, **kwargs: Any) -> Cohort:
        return write_schedule(**kwargs)


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    class Meta:
        model = Enrolment
        skip_postgeneration_save = True

    cohort = factory.SubFactory(CohortFactory)
    user = factory.SubFactory(UserFactory)

    @factory.post_generation
    def transition(self: Enrolment, create: bool, given: Any, **kwargs: Any) -> None:
        EnrolmentTransition.objects.create(enrolment=self, target=EnrolmentState.ENROLLED)
