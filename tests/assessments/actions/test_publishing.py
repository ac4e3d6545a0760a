import pytest
from django.db import IntegrityError, transaction

from assessments.actions import (
    NotPublishable,
    PreviewOutdated,
    public_preview,
    publish_outcomes,
)
from assessments.models import OutcomeVintage, PublicOutcomes
from lms.accounts.models import AuditEntry
from tests.factories import UserFactory
from tests.public_reports import change, make_study, make_vintage

pytestmark = pytest.mark.django_db
TRAINED = {2025: 56}


@pytest.fixture
def study():
    return make_study()


def publish(vintage, **told):
    return publish_outcomes(**{"vintage": vintage, "trained": TRAINED, "by": None} | told)


def test_what_was_previewed_is_what_is_frozen(study):
    vintage = make_vintage(study)
    preview = public_preview(vintage=vintage, trained=TRAINED)
    public = publish(vintage, previewed=preview.digest)
    public.refresh_from_db()
    assert (public.rows, public.notes) == (preview.rows, preview.notes)
    assert public.number == 1


def test_published_twice_it_is_the_same(study):
    vintage = make_vintage(study)
    first = publish(vintage)
    assert publish(vintage, trained={2025: 90}) == first
    assert PublicOutcomes.objects.count() == 1
    assert AuditEntry.objects.filter(action="outcomes.published").count() == 1


def test_the_next_vintage_gets_the_next_number_and_leaves_the_first_alone(study):
    first = publish(make_vintage(study))
    before = first.rows
    second = publish(make_vintage(study, 2, scales={**_only(change(160, 0.5))}))
    first.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert first.rows == before
    assert list(PublicOutcomes.objects.newest_of_each()) == [second]


def _only(figures):
    return {"scale_a": {"changes": [figures]}, "scale_b": {"changes": [change(None, None)]}}


def test_the_log_says_who_published_which_vintage(study):
    person = UserFactory.create(roles=["evaluator"])
    public = publish(make_vintage(study), by=person)
    entry = AuditEntry.objects.get(action="outcomes.published")
    assert (entry.actor, entry.subject_id) == (person.uuid, str(study.uuid))
    assert (entry.detail["number"], entry.detail["vintage"]) == (1, 1)
    assert public.by == person


def test_it_is_never_changed(study):
    public = publish(make_vintage(study))
    public.rows = {}
    with pytest.raises(TypeError):
        public.save()


def test_the_database_refuses_a_number_or_a_vintage_twice(study):
    public = publish(make_vintage(study))
    other = make_vintage(study, 2)
    for vintage, number in ((other, 1), (public.vintage, 2)):
        with pytest.raises(IntegrityError), transaction.atomic():
            PublicOutcomes.objects.create(
                study=study, number=number, vintage=vintage, rows={}, notes={}
            )


def test_figures_that_nobody_looked_at_are_not_published(study):
    vintage = make_vintage(study)
    seen = public_preview(vintage=vintage, trained={2025: 30}).digest
    with pytest.raises(PreviewOutdated):
        publish(vintage, previewed=seen)
    assert not PublicOutcomes.objects.exists()


def test_a_vintage_without_a_figure_is_not_published(study):
    hidden = {code: {"changes": [change(None, None)]} for code in ("scale_a", "scale_b")}
    with pytest.raises(NotPublishable):
        publish(make_vintage(study, scales=hidden, breakdowns=[]))


def test_a_vintage_that_was_held_back_is_not_published(study):
    held = OutcomeVintage.objects.create(
        study=study, number=9, digest="held", report={}, published=False
    )
    with pytest.raises(NotPublishable):
        publish(held)
