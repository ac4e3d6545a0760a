import csv
import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from assessments.actions import current_vintage
from assessments.ballot_box import store
from assessments.ballot_box.batches import seal_rows
from assessments.keyring import responses_key
from assessments.models import OutcomeVintage, Study, TextReview
from lms.accounts.models import AuditEntry
from tests.factories import UserFactory
from tests.rich_survey import make_rich_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

WORDS = "zebrafish"
PURPOSE = "Quotations for the yearly report"


def add(study: Study, people: range) -> None:
    """Rows as they lie after an opening: everybody answers twice and writes something."""
    rows = [
        {
            "code": f"{number:032x}",
            "wave": wave,
            "version": 1,
            "answers": {"SIT": 5, "CLI": 4, "BED": 1 + number % 5, "WHY": f"{WORDS} {number}"},
            "cohort": "Springfield",
            "covariates": {"service_band": "from_10_to_19"},
        }
        for number in people
        for wave in ("pre", "post")
    ]
    batches = list(seal_rows(rows, responses_key(study), study.uuid))
    store.add_batches(study=study.uuid, batches=batches)


@pytest.fixture
def study() -> Study:
    return make_rich_survey(people=1).study


def give_out(study: Study, out: Path) -> list[dict[str, str]]:
    call_command("review_texts", study.code, out=out, purpose=PURPOSE)
    return list(csv.DictReader(out.read_text().splitlines()))


def test_texts_are_given_out_without_anything_beside_them(study, tmp_path) -> None:
    add(study, range(12))
    out = tmp_path / "texts.csv"
    rows = give_out(study, out)
    assert len(rows) == 24
    assert set(rows[0]) == {"item", "text", "mark"}
    told = out.read_text()
    for hidden in ("Springfield", "from_10_to_19", "pre", "post", f"{3:032x}"):
        assert hidden not in told
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_each_deed_is_in_the_audit_log_with_its_purpose_and_no_text(study, tmp_path) -> None:
    add(study, range(12))
    out, kept = tmp_path / "texts.csv", tmp_path / "kept.csv"
    rows = give_out(study, out)
    marked = [
        f"{row['item']},{row['text']},{'keep' if at else 'redact'}" for at, row in enumerate(rows)
    ]
    out.write_text("\n".join(["item,text,mark", *marked]))
    call_command("review_texts", study.code, reviewed=out, out=kept, purpose=PURPOSE)
    assert len(kept.read_text().splitlines()) == 1 + 23
    entries = AuditEntry.objects.filter(action__startswith="texts.")
    assert [(entry.action, entry.purpose) for entry in entries.order_by("pk")] == [
        ("texts.given_out", PURPOSE),
        ("texts.let_through", PURPOSE),
    ]
    assert WORDS not in json.dumps(list(AuditEntry.objects.values("detail", "purpose")))
    assert WORDS not in json.dumps(list(TextReview.objects.values("items")))


@pytest.mark.parametrize("people", [0, 9])
def test_texts_of_fewer_than_the_threshold_stay_in(study, tmp_path, people) -> None:
    add(study, range(people))
    with pytest.raises(CommandError, match="Fewer than 10"):
        give_out(study, tmp_path / "texts.csv")
    assert not (tmp_path / "texts.csv").exists()
    assert not TextReview.objects.exists()


def test_a_second_file_never_adds_a_few_peoples_texts(study, tmp_path) -> None:
    add(study, range(12))
    give_out(study, tmp_path / "1.csv")
    with pytest.raises(CommandError, match="last given out"):
        give_out(study, tmp_path / "again.csv")
    add(study, range(100, 103))
    with pytest.raises(CommandError, match="last given out"):
        give_out(study, tmp_path / "2.csv")
    add(study, range(200, 208))
    assert len(give_out(study, tmp_path / "3.csv")) == 2 * (12 + 3 + 8)


def test_a_study_that_asks_for_no_text_gives_out_none(tmp_path) -> None:
    study = make_rich_survey(people=1, free_text=False).study
    add(study, range(12))
    with pytest.raises(CommandError, match="asks for no free text"):
        give_out(study, tmp_path / "texts.csv")


def test_both_steps_need_both_keys(study, tmp_path, settings) -> None:
    add(study, range(12))
    out = tmp_path / "texts.csv"
    give_out(study, out)
    out.write_text(f"item,text,mark\nWHY,{WORDS},keep\n")
    settings.WEB_KEYS_DIR = tmp_path / "no-keys"
    for options in ({}, {"reviewed": out}):
        with pytest.raises(CommandError):
            call_command(
                "review_texts", study.code, out=tmp_path / "more.csv", purpose=PURPOSE, **options
            )
    assert not (tmp_path / "more.csv").exists()


def test_a_file_is_never_overwritten(study, tmp_path) -> None:
    out = tmp_path / "texts.csv"
    out.write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        give_out(study, out)
    assert out.read_text() == "mine"


@pytest.mark.parametrize("side", ["web", "evaluator"])
def test_with_two_sides_it_says_where_it_runs(study, tmp_path, settings, side) -> None:
    settings.PORTAL_SIDE = side
    out = tmp_path / "texts.csv"
    with pytest.raises(CommandError, match="This is done on the machine of both sides"):
        give_out(study, out)
    assert not out.exists()


def test_a_line_without_a_mark_lets_nothing_through(study, tmp_path) -> None:
    marked, kept = tmp_path / "texts.csv", tmp_path / "kept.csv"
    marked.write_text(f"item,text,mark\nWHY,{WORDS},keep\nWHY,{WORDS} two,\n")
    with pytest.raises(CommandError, match="line 3") as refused:
        call_command("review_texts", study.code, reviewed=marked, out=kept, purpose=PURPOSE)
    assert WORDS not in str(refused.value)
    assert not kept.exists()


def test_no_page_report_or_table_ever_holds_a_text(study, client, capsys) -> None:
    add(study, range(40))
    vintage = current_vintage(study=study)
    assert vintage is not None
    assert vintage.report["flow"][0]["n"] == 40
    call_command("outcomes", study.code, as_json=True)
    told = [capsys.readouterr().out, json.dumps(list(OutcomeVintage.objects.values("report")))]
    client.force_login(UserFactory.create(roles=["evaluator"]))
    pages = [("evaluator:home", []), ("evaluator:study", [study.code])]
    told += [client.get(reverse(name, args=at)).content.decode() for name, at in pages]
    table = client.post(reverse("evaluator:table", args=[study.code]), {"purpose": PURPOSE})
    told.append(table.content.decode())
    assert "reach" in told[-1]
    for text in told:
        assert WORDS not in text
