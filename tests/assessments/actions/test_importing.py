from random import Random

import pytest

from assessments.actions import (
    ImportRefused,
    create_study_keys,
    current_vintage,
    import_responses,
    load_study,
)
from assessments.actions.importing import Preview, seal_preview, unseal_preview
from assessments.actions.instruments import Frozen, load_instrument
from assessments.ballot_box import store
from assessments.ballot_box.batches import unseal_rows
from assessments.ballot_box.models import ResponseBatch
from assessments.keyring import responses_key
from assessments.models import Study
from assessments.responses_file import coded_rows, read_responses
from lms.accounts.models import AuditEntry
from tests.factories import CourseFactory, UserFactory
from tests.surveys import instrument_document, make_survey, study_document

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
ITEMS = ["A1", "A2", "A3", "B1", "B2", "B3"]


@pytest.fixture
def study() -> Study:
    return history()


def history() -> Study:
    """A study that nobody answers in the portal, with keys."""
    load_instrument(document=instrument_document(), by=None)
    study, _ = load_study(document=history_document(), by=None)
    return create_study_keys(study=study, by=None)


def history_document() -> dict:
    return {key: v for key, v in study_document("cit", "history").items() if key != "courses"}


def file_of(people: range) -> str:
    """Both waves of some people, every item answered; the same people answer the same each time."""
    lines = [
        f"Ofc. Nightingale {n},{wave},"
        + ",".join(str(Random(f"{n}{wave}{i}").randint(1, 5)) for i in ITEMS)
        for n in people
        for wave in ["pre", "post"]
    ]
    return "\n".join([",".join(["participant", "wave", *ITEMS]), *lines])


def rows_of(study: Study, people: range) -> list[dict]:
    instrument = study.instrument_version.spec
    read = read_responses(
        file_of(people).encode(), "r.csv", study=study.spec, instrument=instrument
    )
    assert not read.problems
    return coded_rows(read.responses, study.instrument_version.number)


def stored(study: Study) -> list[dict]:
    sealed = [batch for _, batch in store.batches_of(study.uuid)]
    return list(unseal_rows(sealed, responses_key(study), study.uuid))


def by_code(row: dict) -> tuple:
    return row["code"], row["wave"]


def test_responses_are_kept_as_those_of_an_opened_box(study):
    rows = rows_of(study, range(12))
    assert import_responses(study=study, rows=rows, by=None) == 24
    kept = [{k: v for k, v in row.items() if k != "row"} for row in stored(study)]
    assert sorted(kept, key=by_code) == sorted(rows, key=by_code)
    vintage = current_vintage(study=study)
    assert vintage.report["scales"]["scale_a"]["changes"][0]["n"] == 12


def test_nine_people_show_no_number(study):
    import_responses(study=study, rows=rows_of(study, range(9)), by=None)
    report = current_vintage(study=study).report
    assert {scale["changes"][0]["n"] for scale in report["scales"].values()} == {None}


def test_the_audit_log_knows_who_and_from_where_and_how_many_and_no_participant(study):
    evaluator = UserFactory(roles=["evaluator"])
    rows = rows_of(study, range(3))
    import_responses(study=study, rows=rows, by=evaluator, source=" Paper, 2019 ")
    entry = AuditEntry.objects.get(action="responses.imported")
    assert (entry.actor, entry.purpose, entry.subject_id) == (
        evaluator.uuid,
        "Paper, 2019",
        str(study.uuid),
    )
    assert entry.detail == {"responses": 6}


def test_the_same_responses_are_taken_once(study):
    import_responses(study=study, rows=rows_of(study, range(5)), by=None)
    with pytest.raises(ImportRefused, match="holds an imported file already"):
        import_responses(study=study, rows=rows_of(study, range(5)), by=None)
    assert len(stored(study)) == 10
    assert AuditEntry.objects.filter(action="responses.imported").count() == 1


def test_a_second_file_beside_another_ones_answers_is_refused(study):
    """Ten rows of one's own beside one unknown officer's would show that officer by subtraction."""
    import_responses(study=study, rows=rows_of(study, range(1)), by=None)
    hidden = current_vintage(study=study)
    with pytest.raises(ImportRefused, match="holds an imported file already"):
        import_responses(study=study, rows=rows_of(study, range(100, 110)), by=None)
    assert len(stored(study)) == 2
    assert current_vintage(study=study) == hidden
    assert AuditEntry.objects.filter(action="responses.imported").count() == 1


def test_a_study_that_people_answer_in_the_portal_takes_none(study):
    """Rows that somebody knows, among answers they do not know, could be subtracted from a result."""
    survey = make_survey(people=1)
    with pytest.raises(ImportRefused, match="a study of their own"):
        import_responses(study=survey.study, rows=rows_of(study, range(10)), by=None)
    assert not ResponseBatch.objects.exists()
    assert not AuditEntry.objects.filter(action="responses.imported").exists()


def test_a_study_with_imported_responses_never_comes_to_the_portals_people(study):
    import_responses(study=study, rows=rows_of(study, range(5)), by=None)
    CourseFactory(code="cit")
    with pytest.raises(Frozen, match="is frozen"):
        load_study(document=history_document() | {"courses": ["cit"]}, by=None)


def test_a_study_without_keys_takes_none(study):
    rows = rows_of(study, range(5))
    Study.objects.filter(pk=study.pk).update(public_key=None)
    with pytest.raises(ImportRefused, match="no keys"):
        import_responses(study=study, rows=rows, by=None)


def test_no_rows_are_no_import(study):
    with pytest.raises(ImportRefused, match="no answers"):
        import_responses(study=study, rows=[], by=None)


def test_a_failure_half_way_leaves_nothing(study, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError

    monkeypatch.setattr(store, "add_batches", fail)
    with pytest.raises(RuntimeError):
        import_responses(study=study, rows=rows_of(study, range(5)), by=None)
    assert not ResponseBatch.objects.exists()
    assert not AuditEntry.objects.filter(action="responses.imported").exists()


def test_a_preview_comes_back_to_whoever_made_it(study):
    evaluator = UserFactory()
    preview = Preview(rows_of(study, range(2)), "Paper")
    sealed = seal_preview(study=study, preview=preview, by=evaluator)
    assert unseal_preview(study=study, sealed=sealed, by=evaluator) == preview


def test_a_preview_shows_nothing_and_names_nobody(study):
    preview = Preview(rows_of(study, range(2)), "Paper")
    sealed = seal_preview(study=study, preview=preview, by=UserFactory())
    assert b"Nightingale" not in sealed
    assert b"answers" not in sealed
    assert preview.rows[0]["code"].encode() not in sealed


def test_a_preview_is_worth_nothing_to_another_person_and_after_two_hours(study, clock):
    evaluator = UserFactory()
    clock.forward(days=1)
    sealed = seal_preview(study=study, preview=Preview([], ""), by=evaluator)
    assert unseal_preview(study=study, sealed=sealed, by=UserFactory()) is None
    assert unseal_preview(study=study, sealed=sealed[:-1], by=evaluator) is None
    assert unseal_preview(study=study, sealed=b"", by=evaluator) is None
    clock.forward(hours=2)
    assert unseal_preview(study=study, sealed=sealed, by=evaluator) is None
