"""The whole exchange between a web side and the evaluators', as people do it: commands of two
installations, each a process of its own, and files that somebody carries from one to the other."""

import copy
import math
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from assessments.actions import (
    create_windows,
    current_vintage,
    exporting,
    load_study,
    open_window,
    reopen_window,
    request_withdrawal,
    seal_section,
)
from assessments.actions.renewing import sheet_of
from assessments.ballot_box.keys import web_data_share
from assessments.ballot_box.models import Ballot, Opening, ResponseBatch
from assessments.ballot_box.return_files import OutcomeFile
from assessments.ballot_box.store import BoxClosed
from assessments.keyring import link_key
from assessments.models import OutcomeVintage, Study, SurveyWindow
from courses.models import TrainingSession
from lms.accounts.clock import now
from lms.accounts.models import RoleAssignment
from tests.factories import UserFactory
from tests.surveys import answer, make_survey
from tests.two_sides import CODE, Exchange, answer_all, make_exchange, sheet

# All on one worker: the two sides are set up once and gone back to.
pytestmark = pytest.mark.xdist_group("two_sides")
PEOPLE = 26


@pytest.fixture(scope="module")
def begun(
    database_copies: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Exchange]:
    with django_db_blocker.unblock():
        database_copies.reset()
        made = make_exchange(tmp_path_factory.mktemp("two-sides") / "now", PEOPLE)
        database_copies.keep("two-sides")
        made.keep()
        yield made
        made.web.end()
        made.evaluators.end()
        database_copies.reset()


@pytest.fixture
def exchange(begun: Exchange, database_copies: Any, django_db_blocker: Any) -> Iterator[Exchange]:
    """Boxes of two waves whose time is over, on the web side, and nothing sent yet."""
    with django_db_blocker.unblock():
        database_copies.reset("two-sides")
        begun.go_back()
        with begun.on_the_web():
            yield begun
        database_copies.reset()


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two reports are not equal, but for the names of cohorts and the order of summation,
    which follows the codes; what is found by iteration stops elsewhere for it."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        inside = [(f"{path}/{key}", one[key], other[key]) for key in one if key != "labels"]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        inside = [(f"{path}/{n}", *pair) for n, pair in enumerate(zip(one, other, strict=True))]
    elif isinstance(one, float) and isinstance(other, float):
        iterated = "/mixed/" in path or path.endswith("/omega")
        close = math.isclose(one, other, rel_tol=1e-6 if iterated else 1e-9, abs_tol=1e-12)
        return [] if close else [f"{path}: {one!r} and {other!r}"]
    else:
        return [] if one == other else [f"{path}: {one!r} and {other!r}"]
    return [said for name, *pair in inside for said in differences(*pair, name)]


def on_one_machine() -> dict[str, Any]:
    """The report on the same answers where both sides are one."""
    survey = make_survey(people=PEOPLE)
    windows = {window.wave.code: window for window in create_windows(cohort=survey.cohort)}
    answer_all(windows, survey.people)
    for window in windows.values():
        open_window(window=window)
    vintage = current_vintage(study=survey.study)
    assert vintage
    report: dict[str, Any] = vintage.report
    return report


def test_two_parties_come_to_what_one_machine_comes_to(
    exchange: Exchange, database_copies: Any, settings: Any, client: Client
) -> None:
    exchange.evaluators.do("open_ballots", *exchange.export())
    exchange.web.do("import_receipts", exchange.receipt("pre"), exchange.receipt("post"))
    result = exchange.post / "results"
    exchange.evaluators.do("outcomes", CODE, "--out", result)
    exchange.web.do("import_outcomes", result)

    report = exchange.evaluators.report()
    assert report["scales"]["scale_a"]["changes"][0]["n"] == PEOPLE - 2
    assert exchange.web.report() == report
    evaluator = UserFactory.create()
    RoleAssignment.objects.create(user=evaluator, role="evaluator")
    client.force_login(evaluator)
    page = client.get(f"/evaluate/{CODE}/").content.decode()
    assert f"{report['scales']['scale_a']['changes'][0]['mean_from']:.2f}" in page
    assert not Ballot.objects.exists()
    assert not ResponseBatch.objects.exists()
    assert not SurveyWindow.objects.filter(opened_at__isnull=True).exists()

    database_copies.reset()
    settings.PORTAL_SIDE = "both"
    settings.EVALUATOR_KEYS_DIR = exchange.folder / "both" / "evaluators"
    settings.WEB_KEYS_DIR = exchange.folder / "both" / "web"
    settings.OPENER_PASSPHRASE = "one machine for both sides"
    assert differences(on_one_machine(), report) == []


class TestClosing:
    def test_a_box_takes_nothing_once_it_is_exported(self, exchange: Exchange) -> None:
        exchange.export()
        with pytest.raises(BoxClosed):
            seal_section(
                window=exchange.windows["pre"], user=exchange.people[3], section=1, answers={}
            )

    def test_ballots_stay_until_the_receipt_has_come(self, exchange: Exchange) -> None:
        exchange.export()
        assert Ballot.objects.count() == 2 * PEOPLE
        assert SurveyWindow.objects.filter(opened_at__isnull=True).count() == 2

    def test_a_repeated_export_is_opened_once(self, exchange: Exchange) -> None:
        first, _ = exchange.export()
        exchange.evaluators.do("open_ballots", first)
        again, _ = exchange.export()
        said = exchange.evaluators.do("open_ballots", again)
        assert "had been opened; receipt written anew" in said
        exchange.web.do("import_receipts", exchange.receipt("pre"))

    def test_a_box_whose_window_is_still_open_is_not_exported(self, exchange: Exchange) -> None:
        ahead = timedelta(days=400)
        TrainingSession.objects.update(
            starts_at=F("starts_at") + ahead, ends_at=F("ends_at") + ahead
        )
        assert exchange.web.do("export_boxes", "--out", exchange.post).startswith("0 boxes closed")
        assert not Opening.objects.exists()

    def test_what_was_sent_is_for_nobody_elses_eyes(self, exchange: Exchange) -> None:
        for file in exchange.export():
            assert file.stat().st_mode & 0o077 == 0


class TestOpening:
    def test_a_box_is_opened_exactly_once_however_often_it_comes(self, exchange: Exchange) -> None:
        files = exchange.export()
        exchange.evaluators.do("open_ballots", *files, *files)
        report = exchange.evaluators.report()
        exchange.evaluators.do("open_ballots", *files)
        assert exchange.evaluators.report() == report

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lambda data: data[:-1], "cut off"),
            (lambda data: data[:40], "cut off"),
            (lambda data: b"", "no box file"),
            (lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:], "damaged"),
            (lambda data: data[:16] + bytes(16) + data[32:], "No readable key"),
            (lambda data: b"portal receipt 1" + data[16:], "no box file"),
        ],
    )
    def test_a_file_that_is_not_as_it_was_sent_is_refused(
        self, exchange: Exchange, change: Any, why: str
    ) -> None:
        whole, other = exchange.export()
        sent = whole.read_bytes()
        whole.write_bytes(change(sent))
        refused = exchange.evaluators.refuse("open_ballots", whole, other)
        assert why in refused
        assert exchange.receipt("post").exists()
        assert not exchange.receipt("pre").exists()
        whole.write_bytes(sent)
        exchange.evaluators.do("open_ballots", whole)

    def test_each_box_tells_how_many_ballots_were_in_it(self, exchange: Exchange) -> None:
        """To be compared with a number of seats that came another way: a web side alone could
        send a box of its own making, with one officer's ballot among ballots it knows."""
        files = exchange.export()
        said = exchange.evaluators.do("open_ballots", *files, files[0]).splitlines()
        assert [f"{PEOPLE} ballots" in line for line in said] == [True, True, True]

    def test_one_corrupt_ballot_is_set_aside_and_told_and_the_rest_count(
        self, exchange: Exchange
    ) -> None:
        ballot = Ballot.objects.filter(window=exchange.windows["pre"].uuid).first()
        assert ballot
        Ballot.objects.filter(pk=ballot.pk).update(sealed=b"x" * len(ballot.sealed))
        said = exchange.evaluators.do("open_ballots", *exchange.export())
        assert f"1 of {PEOPLE} ballots set aside" in said
        exchange.web.do("import_receipts", exchange.receipt("pre"))
        assert Opening.objects.get(box_id=exchange.windows["pre"].box_id).n_set_aside == 1

    def test_words_other_than_those_handed_over_are_refused(self, exchange: Exchange) -> None:
        study = exchange.study
        type(study).objects.update(document=study.document | {"funder": "Somebody else"})
        file, _ = exchange.export()
        assert "ask for a new handover" in exchange.evaluators.refuse("open_ballots", file)

    @pytest.mark.parametrize(
        "step",
        [
            ("assessments.opening", "read_box"),
            ("assessments.ballot_box.store", "replace_by_batches"),
            ("assessments.actions.evaluating", "Receipt"),
            ("assessments.ballot_box.key_files", "sync_folder"),
        ],
    )
    def test_an_opening_that_was_killed_is_repeated_and_opens_the_box_once(
        self, exchange: Exchange, step: tuple[str, str]
    ) -> None:
        files = exchange.export()
        exchange.evaluators.be_killed(*step, "open_ballots", *files)
        exchange.evaluators.do("open_ballots", *files)
        exchange.web.do("import_receipts", exchange.receipt("pre"), exchange.receipt("post"))
        flow = exchange.evaluators.report()["scales"]["scale_a"]["changes"]
        assert flow[0]["n"] == PEOPLE - 2

    def test_a_missing_file_is_named(self, exchange: Exchange) -> None:
        assert "nowhere" in exchange.evaluators.refuse("open_ballots", exchange.post / "nowhere")
        assert "Name the box files" in exchange.evaluators.refuse("open_ballots")


class TestRequests:
    """Withdrawing from what was opened, or is closed and on its way."""

    def send_requests(self, exchange: Exchange) -> None:
        exchange.web.do("export_boxes", "--out", exchange.post)
        exchange.evaluators.do("open_ballots", exchange.requests)
        exchange.web.do("import_receipts", exchange.post / f"receipt-requests-{CODE}")

    def waiting(self, exchange: Exchange) -> int:
        return len(sheet_of(exchange.study, link_key(exchange.study)).requests)

    def test_rows_go_with_the_next_files_and_then_the_request_does(
        self, exchange: Exchange
    ) -> None:
        exchange.evaluators.do("open_ballots", *exchange.export())
        exchange.web.do("import_receipts", exchange.receipt("pre"), exchange.receipt("post"))
        before = exchange.rows()
        request_withdrawal(study=exchange.study, user=exchange.people[5])
        self.send_requests(exchange)
        assert len(before) - len(exchange.rows()) == 2
        assert self.waiting(exchange) == 0

    def test_who_withdraws_between_closing_and_opening_is_not_counted(
        self, exchange: Exchange
    ) -> None:
        files = exchange.export()
        request_withdrawal(study=exchange.study, user=exchange.people[5])
        exchange.web.do("export_boxes", "--out", exchange.folder / "later")
        requests = exchange.folder / "later" / f"requests-{CODE}"
        refused = exchange.evaluators.refuse("open_ballots", requests)
        assert "open the boxes first" in refused
        exchange.evaluators.do("open_ballots", requests, *files, "--out", exchange.post)
        assert len(exchange.rows()) == 2 * PEOPLE - 3 - 2
        exchange.web.do("import_receipts", *exchange.post.glob("receipt-*"))
        assert self.waiting(exchange) == 0

    def test_the_files_are_of_one_size_whether_anybody_asked_or_not(
        self, exchange: Exchange
    ) -> None:
        exchange.export()
        nothing = exchange.requests.stat().st_size
        request_withdrawal(study=exchange.study, user=exchange.people[5])
        exchange.export()
        assert exchange.requests.stat().st_size == nothing

    def answer_anew(self, exchange: Exchange, wave: str) -> SurveyWindow:
        """Somebody who withdrew everything answers a window that was opened once more."""
        closed = SurveyWindow.objects.get(pk=exchange.windows[wave].pk)
        again = reopen_window(window=closed, until=now().date() + timedelta(days=1), by=None)
        answer(again, exchange.people[5], sheet(5, 0))
        SurveyWindow.objects.filter(pk=again.pk).update(closes_at=now() - timedelta(minutes=1))
        return again

    @pytest.fixture
    def withdrawn(self, exchange: Exchange) -> Path:
        """A requests file that was carried out, and whose receipt is not imported."""
        exchange.evaluators.do("open_ballots", *exchange.export())
        exchange.web.do("import_receipts", exchange.receipt("pre"), exchange.receipt("post"))
        request_withdrawal(study=exchange.study, user=exchange.people[5])
        exchange.web.do("export_boxes", "--out", exchange.post)
        exchange.evaluators.do("open_ballots", exchange.requests)
        return exchange.requests.rename(exchange.post / "requests-old")

    @pytest.mark.parametrize("imported", [True, False])
    def test_what_somebody_answers_later_survives_their_old_request(
        self, exchange: Exchange, withdrawn: Path, imported: bool
    ) -> None:
        if imported:
            exchange.web.do("import_receipts", exchange.post / f"receipt-requests-{CODE}")
        anew = [self.answer_anew(exchange, wave) for wave in ("pre", "post")]
        before = len(exchange.rows())
        exchange.web.do("export_boxes", "--out", exchange.post)
        # Each box file carries the old request too, as long as its receipt is not imported.
        for window in anew:
            exchange.evaluators.do("open_ballots", exchange.post / f"box-{window.box_id}")
        exchange.evaluators.do("open_ballots", exchange.requests, withdrawn)
        assert len(exchange.rows()) - before == 2

    def test_withdrawing_once_more_is_a_request_of_its_own(
        self, exchange: Exchange, withdrawn: Path
    ) -> None:
        before = len(exchange.rows())
        again = self.answer_anew(exchange, "post")
        exchange.web.do("export_boxes", "--out", exchange.post)
        exchange.evaluators.do("open_ballots", exchange.post / f"box-{again.box_id}")
        assert len(exchange.rows()) - before == 1
        request_withdrawal(study=exchange.study, user=exchange.people[5])
        self.send_requests(exchange)
        assert len(exchange.rows()) == before
        assert self.waiting(exchange) == 0

    def test_a_killed_carrying_out_is_repeated(self, exchange: Exchange) -> None:
        """What was carried out is remembered in the same transaction."""
        exchange.evaluators.do("open_ballots", *exchange.export())
        before = len(exchange.rows())
        request_withdrawal(study=exchange.study, user=exchange.people[5])
        exchange.web.do("export_boxes", "--out", exchange.post)
        for step in (
            ("assessments.ballot_box.store", "renew_batches"),
            ("assessments.actions.evaluating", "note_carried_out"),
        ):
            exchange.evaluators.be_killed(*step, "open_ballots", exchange.requests)
        exchange.evaluators.do("open_ballots", exchange.requests)
        assert before - len(exchange.rows()) == 2

    def test_what_is_remembered_does_not_tell_how_many_withdrew(self, exchange: Exchange) -> None:
        exchange.evaluators.do("open_ballots", *exchange.export(), exchange.requests)
        nobody = exchange.remembered()
        exchange.web.do("import_receipts", *exchange.post.glob("receipt-*"))
        request_withdrawal(study=exchange.study, user=exchange.people[5])
        self.send_requests(exchange)
        assert len(exchange.remembered()) == len(nobody)
        assert exchange.remembered() != nobody

    def test_a_request_that_came_after_the_file_waits_for_the_next(
        self, exchange: Exchange
    ) -> None:
        exchange.evaluators.do("open_ballots", *exchange.export(), exchange.requests)
        request_withdrawal(study=exchange.study, user=exchange.people[5])
        exchange.web.do("import_receipts", *exchange.post.glob("receipt-*"))
        assert self.waiting(exchange) == 1


class TestReceipts:
    @pytest.fixture
    def answered(self, exchange: Exchange) -> Exchange:
        exchange.evaluators.do("open_ballots", *exchange.export())
        return exchange

    def test_a_receipt_empties_its_box_and_no_other(self, answered: Exchange) -> None:
        answered.web.do("import_receipts", answered.receipt("pre"))
        left = set(Ballot.objects.values_list("window", flat=True))
        assert left == {answered.windows["post"].uuid}

    def test_a_receipt_may_come_twice(self, answered: Exchange) -> None:
        for _ in range(2):
            answered.web.do("import_receipts", answered.receipt("pre"))
        assert Ballot.objects.count() == PEOPLE

    def test_a_lost_receipt_is_made_out_anew(self, answered: Exchange) -> None:
        lost = answered.receipt("pre")
        lost.unlink()
        answered.evaluators.do("open_ballots", answered.post / f"box-{lost.name[8:]}")
        answered.web.do("import_receipts", lost)

    def test_a_receipt_for_other_ballots_deletes_nothing(self, answered: Exchange) -> None:
        """As after a backup of one side was restored."""
        Opening.objects.update(digest="0" * 64)
        refused = answered.web.refuse("import_receipts", answered.receipt("pre"))
        assert "nothing was deleted" in refused
        assert Ballot.objects.count() == 2 * PEOPLE

    def test_a_receipt_before_the_box_was_closed_deletes_nothing(self, answered: Exchange) -> None:
        Opening.objects.all().delete()
        answered.web.refuse("import_receipts", answered.receipt("pre"))
        assert Ballot.objects.count() == 2 * PEOPLE

    @pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: b"box" + data])
    def test_a_receipt_that_is_not_as_it_was_sent_is_refused_and_the_others_are_taken(
        self, answered: Exchange, change: Any
    ) -> None:
        broken, whole = answered.receipt("pre"), answered.receipt("post")
        broken.write_bytes(change(broken.read_bytes()))
        answered.web.refuse("import_receipts", broken, whole)
        assert Ballot.objects.count() == PEOPLE

    def test_a_receipt_is_finished_where_it_was_broken_off(
        self, answered: Exchange, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def cut(*args: Any) -> None:
            raise RuntimeError("no power")

        data = answered.receipt("pre").read_bytes()
        monkeypatch.setattr(exporting.store, "scrub", cut)
        with pytest.raises(RuntimeError, match="no power"):
            exporting.import_receipt(data=data)
        monkeypatch.undo()
        assert "import it again" in answered.web.refuse("export_boxes", "--out", answered.post)
        answered.web.do("import_receipts", answered.receipt("pre"))
        assert SurveyWindow.objects.get(pk=answered.windows["pre"].pk).opened_at


class TestResults:
    def test_results_may_come_twice_and_others_are_refused(self, exchange: Exchange) -> None:
        exchange.evaluators.do("open_ballots", *exchange.export())
        result = exchange.post / "results"
        exchange.evaluators.do("outcomes", CODE, "--out", result)
        assert "imported" in exchange.web.do("import_outcomes", result)
        assert "was here already" in exchange.web.do("import_outcomes", result)
        for broken in (result.read_bytes()[:-1], b"", exchange.receipt("pre").read_bytes()):
            result.write_bytes(broken)
            exchange.web.refuse("import_outcomes", result)

    def test_nothing_is_shown_before_anything_was_opened(self, exchange: Exchange) -> None:
        refused = exchange.web.refuse("outcomes", CODE, "--json")
        assert "Nothing can be shown" in refused


class TestWhoDoesWhat:
    def test_each_side_refuses_the_others_commands(self, exchange: Exchange) -> None:
        somewhere = exchange.post / "file"
        assert "evaluators' side" in exchange.web.refuse("open_ballots", somewhere)
        assert "evaluators' side" in exchange.web.refuse("outcomes", CODE, "--out", somewhere)
        for command in ("import_receipts", "import_outcomes"):
            assert "web side" in exchange.evaluators.refuse(command, somewhere)
        assert "web side" in exchange.evaluators.refuse("export_boxes", "--out", exchange.post)

    def test_both_sides_find_their_keys_and_print_the_log_of_copies(
        self, exchange: Exchange
    ) -> None:
        assert "S_web copied to the university" in exchange.web.do("study_keys", "check", CODE)
        assert "S_web received" in exchange.evaluators.do("study_keys", "check", CODE)

    def test_the_evaluators_side_without_its_passphrase_opens_nothing(
        self, exchange: Exchange
    ) -> None:
        file, _ = exchange.export()
        told = {**exchange.evaluators.told, "OPENER_PASSPHRASE": "some other passphrase"}
        stranger = type(exchange.evaluators)("evaluator", exchange.evaluators.folder, told)
        assert "passphrase" in stranger.refuse("open_ballots", file)
        stranger.end()


class TestGuardingResults:
    """The web side compares with what it has shown, whatever became of the evaluators' memory."""

    @pytest.fixture
    def shown(self, exchange: Exchange) -> OutcomeVintage:
        exchange.evaluators.do("open_ballots", *exchange.export())
        exchange.evaluators.do("outcomes", CODE, "--out", exchange.post / "results")
        exchange.web.do("import_outcomes", exchange.post / "results")
        return exchange.study.vintages.get()

    def send(self, exchange: Exchange, number: int, report: dict[str, Any]) -> str:
        study = exchange.study
        share = web_data_share(link_key(study), study.uuid)
        sent = OutcomeFile(study.uuid, number, "d" * 64, [], report).sealed(share)
        (exchange.post / "results").write_bytes(sent)
        return exchange.web.refuse("import_outcomes", exchange.post / "results")

    def test_a_report_that_differs_by_few_people_is_refused(
        self, exchange: Exchange, shown: OutcomeVintage
    ) -> None:
        report = copy.deepcopy(shown.report)
        report["scales"]["scale_a"]["changes"][0]["n"] += 2
        assert "would show a small group" in self.send(exchange, 2, report)

    def test_an_older_report_is_refused(self, exchange: Exchange, shown: OutcomeVintage) -> None:
        assert "a later result" in self.send(exchange, shown.number, shown.report)

    @pytest.mark.parametrize(
        "changes", [{"study": "another"}, {"threshold": 2}, {"scales": {}}, {"scales": []}]
    )
    def test_a_report_on_something_else_is_refused(
        self, exchange: Exchange, shown: OutcomeVintage, changes: dict[str, Any]
    ) -> None:
        assert "not a report on this study" in self.send(exchange, 2, shown.report | changes)

    def test_the_evaluators_publish_nothing_once_their_memory_has_a_gap(
        self, exchange: Exchange, shown: OutcomeVintage
    ) -> None:
        (first,) = exchange.evaluators.folder.rglob("vintages/0001")
        first.rename(first.with_name("0002"))
        refused = exchange.evaluators.refuse("outcomes", CODE, "--out", exchange.post / "results")
        assert "missing" in refused
        first.write_bytes(first.with_name("0002").read_bytes())
        assert "does not open" in exchange.evaluators.refuse("outcomes", CODE)


def test_responses_from_elsewhere_are_imported_where_responses_are_kept(
    exchange: Exchange,
) -> None:
    """Into a study of their own, with keys of its own; the portal shows what comes of them."""
    document = exchange.study.document | {"code": "paper", "courses": []}
    load_study(document=document, by=None)
    public, given = exchange.post / "paper.json", exchange.post / "paper"
    exchange.evaluators.do("study_keys", "create", "paper", "--out", public)
    exchange.web.do("study_keys", "create", "paper", "--public", public)
    exchange.web.do("study_keys", "handover", "paper", "--out", given, "--holder", "university")
    exchange.evaluators.do("study_keys", "receive", given)

    lines = ["participant,wave,A1,A2,A3,B1,B2,B3"]
    for number in range(14):
        for wave, shift in (("pre", 0), ("post", 1)):
            steps = sheet(number, shift)
            answers = ",".join(str(steps[code]) for code in lines[0].split(",")[2:])
            lines.append(f"badge {number},{wave},{answers}")
    file = exchange.post / "paper.csv"
    file.write_text("\n".join(lines))
    command = ("import_responses", file, "--study", "paper")
    assert "on the" in exchange.web.refuse(*command)
    assert "28 responses of 14 participants imported" in exchange.evaluators.do(*command)
    assert "holds an imported file already" in exchange.evaluators.refuse(*command)
    exchange.evaluators.do("outcomes", "paper", "--out", exchange.post / "results")
    exchange.web.do("import_outcomes", exchange.post / "results")
    assert Study.objects.get(code="paper").vintages.get().report["flow"][0]["n"] == 14


def test_the_page_for_imports_says_who_imports(exchange: Exchange, client: Client) -> None:
    document = exchange.study.document | {"code": "paper", "courses": []}
    load_study(document=document, by=None)
    evaluator = UserFactory.create()
    RoleAssignment.objects.create(user=evaluator, role="evaluator")
    client.force_login(evaluator)
    page = client.get("/evaluate/paper/import/").content.decode()
    assert "The evaluators import responses, on their own side." in page


def test_the_evaluators_release_data_and_remember_it_beside_their_keys(exchange: Exchange) -> None:
    exchange.evaluators.do("open_ballots", *exchange.export())
    out = exchange.folder / "out"
    purpose = ["--purpose", "Reanalysis", "--recipient", "Dr. Ines Quaresma"]
    said = exchange.evaluators.do("export_study", CODE, "--out", out / "one", *purpose)
    assert f"Release 1 of {CODE}" in said
    sums = (out / "one" / "SHA256SUMS").read_text().splitlines()
    assert {line.split("  ")[1] for line in sums} | {"SHA256SUMS"} == {
        path.name for path in (out / "one").iterdir()
    }
    assert "Reanalysis" in (out / "one" / "README.md").read_text()

    assert f"Release 2 of {CODE}" in exchange.evaluators.do(
        "export_study", CODE, "--out", out / "two"
    )
    refused = exchange.evaluators.refuse("export_study", CODE, "--out", out / "two")
    assert "is not empty" in refused
    assert "PORTAL_SIDE=web" in exchange.web.refuse("export_study", CODE, "--out", out / "three")

    (first, _second) = sorted(
        Path(exchange.evaluators.told["EVALUATOR_KEYS_DIR"]).rglob("releases/*")
    )
    assert b"Quaresma" not in first.read_bytes()
    first.unlink()
    refused = exchange.evaluators.refuse("export_study", CODE, "--out", out / "four")
    assert "is missing from the key store" in refused
    assert list((out / "four").iterdir()) == []
