"""Keys are made, copied, restored and destroyed by one command, and each deed leaves a line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assessments.actions import load_instrument, load_study
from assessments.ballot_box.keys import R_OPEN, EvaluatorKeyStore
from assessments.keyring import evaluator_store, log_of, problems, web_store
from assessments.management import typed
from assessments.models import Study
from lms.accounts.models import AuditEntry
from tests.factories import CourseVersionFactory
from tests.surveys import instrument_document, make_survey, study_document

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

PASSPHRASE = "a passphrase for the safe"


@pytest.fixture
def study(db: None) -> Study:
    """Loaded, and without keys."""
    version = CourseVersionFactory.create()
    load_instrument(document=instrument_document(), by=None)
    return load_study(document=study_document(version.course.code), by=None)[0]


@pytest.fixture
def keys(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*args: Any) -> str:
        call_command("study_keys", *[str(one) for one in args], "--by", "e.moreau")
        return capsys.readouterr().out

    return run


@pytest.fixture(autouse=True)
def escrow_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCROW_PASSPHRASE", PASSPHRASE)


def lines(study: Study) -> list[str]:
    return [f"{deed.key} {deed.deed} {deed.holder}" for deed in log_of(study.uuid)]


def sheet_of(keys: Callable[..., str], study: Study, path: Path, *more: str) -> Path:
    keys("escrow", study.code, "--out", path, "--holder", "the vault", *more)
    return path


class TestBothSides:
    def test_making_keys_prints_the_fingerprint_and_notes_both(
        self, study: Study, keys: Callable[..., str], settings: Any
    ) -> None:
        said = keys("create", study.code)
        study.refresh_from_db()
        assert study.fingerprint in said
        assert lines(study) == [
            f"K_link created {settings.WEB_KEYS_DIR}",
            f"R_open created {settings.EVALUATOR_KEYS_DIR}",
        ]
        assert {deed.by for deed in log_of(study.uuid)} == {"e.moreau"}

    def test_keys_are_made_once(self, study: Study, keys: Callable[..., str]) -> None:
        keys("create", study.code)
        with pytest.raises(CommandError, match="already"):
            keys("create", study.code)

    def test_a_check_prints_the_log_and_says_what_is_wrong(
        self, study: Study, keys: Callable[..., str]
    ) -> None:
        keys("create", study.code)
        assert "R_open created" in keys("check", study.code)
        study.refresh_from_db()
        web_store().destroy_link_key(study.uuid)
        with pytest.raises(CommandError, match="k_link"):
            keys("check", study.code)

    def test_a_copy_made_by_hand_is_noted_and_so_is_its_end(
        self, study: Study, keys: Callable[..., str]
    ) -> None:
        keys("create", study.code)
        study.refresh_from_db()
        note = ["note", study.code, "--key", "R_open", "--holder", "a stick in the safe"]
        keys(*note, "--purpose", "before the move")
        keys(*note, "--destroyed")
        assert lines(study)[-2:] == [
            "R_open copied a stick in the safe",
            "R_open copy destroyed a stick in the safe",
        ]
        assert "before the move" in keys("copies", study.code)
        assert problems(study) == []


class TestEscrow:
    @pytest.mark.parametrize("key", ["R_open", "K_link"])
    def test_a_key_comes_back_from_its_sheet(
        self, study: Study, keys: Callable[..., str], tmp_path: Path, key: str
    ) -> None:
        keys("create", study.code)
        study.refresh_from_db()
        sheet = sheet_of(keys, study, tmp_path / "sheet.txt", "--key", key)
        evaluator_store().destroy(study.uuid)
        web_store().destroy_link_key(study.uuid)
        assert problems(study)
        keys("restore", study.code, "--from", sheet, "--key", key)
        assert not [one for one in problems(study) if key.lower() in one.lower()]
        assert lines(study)[-2:] == [f"{key} copied the vault", lines(study)[-1]]
        assert lines(study)[-1].startswith(f"{key} restored ")

    def test_the_sheet_is_closed_to_others_and_holds_no_key(
        self, study: Study, keys: Callable[..., str], tmp_path: Path
    ) -> None:
        keys("create", study.code)
        study.refresh_from_db()
        sheet = sheet_of(keys, study, tmp_path / "sheet.txt")
        assert sheet.stat().st_mode & 0o077 == 0
        assert study.fingerprint in sheet.read_text()
        assert evaluator_store().r_open(study.uuid).hex() not in sheet.read_text()

    def test_another_passphrase_restores_nothing(
        self,
        study: Study,
        keys: Callable[..., str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        keys("create", study.code)
        study.refresh_from_db()
        sheet = sheet_of(keys, study, tmp_path / "sheet.txt")
        evaluator_store().destroy(study.uuid)
        monkeypatch.setenv("ESCROW_PASSPHRASE", "not the one of the safe")
        with pytest.raises(CommandError, match="passphrase"):
            keys("restore", study.code, "--from", sheet)
        assert problems(study)

    def test_the_key_of_another_study_is_refused(
        self, keys: Callable[..., str], tmp_path: Path, study: Study
    ) -> None:
        keys("create", study.code)
        document = study.document | {"code": "other-study"}
        other, _ = load_study(document=document, by=None)
        keys("create", "other-study")
        other.refresh_from_db()
        sheet = sheet_of(keys, study, tmp_path / "sheet.txt")
        evaluator_store().destroy(other.uuid)
        with pytest.raises(CommandError, match="does not belong to study other-study"):
            keys("restore", "other-study", "--from", sheet)
        with pytest.raises(CommandError, match="holds R_open, not K_link"):
            keys("restore", study.code, "--from", sheet, "--key", "K_link")

    def test_a_key_that_is_there_is_not_written_over(
        self, study: Study, keys: Callable[..., str], tmp_path: Path
    ) -> None:
        keys("create", study.code)
        sheet = sheet_of(keys, study, tmp_path / "sheet.txt")
        with pytest.raises(CommandError, match="already"):
            keys("restore", study.code, "--from", sheet)

    def test_a_wrong_key_in_the_store_is_not_copied(
        self, study: Study, keys: Callable[..., str], tmp_path: Path
    ) -> None:
        keys("create", study.code)
        study.refresh_from_db()
        evaluator_store().destroy(study.uuid)
        evaluator_store().create(study.uuid)
        with pytest.raises(CommandError, match="does not belong"):
            sheet_of(keys, study, tmp_path / "sheet.txt")
        assert not (tmp_path / "sheet.txt").exists()

    @pytest.mark.parametrize(
        ("given", "why"), [("too short", "shorter than 15"), ("", "Set ESCROW_PASSPHRASE")]
    )
    def test_a_copy_needs_a_good_passphrase_of_its_own(
        self,
        study: Study,
        keys: Callable[..., str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        settings: Any,
        given: str,
        why: str,
    ) -> None:
        keys("create", study.code)
        monkeypatch.setenv("ESCROW_PASSPHRASE", given)
        with pytest.raises(CommandError, match=why):
            sheet_of(keys, study, tmp_path / "sheet.txt")
        monkeypatch.setenv("ESCROW_PASSPHRASE", settings.OPENER_PASSPHRASE)
        with pytest.raises(CommandError, match="other than the key store's"):
            sheet_of(keys, study, tmp_path / "sheet.txt")


class TestDestroying:
    def test_it_says_what_is_lost_and_asks_for_the_studys_name(
        self, study: Study, keys: Callable[..., str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        keys("create", study.code)
        with pytest.raises(CommandError, match="Nothing was destroyed"):
            keys("destroy", study.code)
        assert "nothing answered so far can be read" in capsys.readouterr().out
        study.refresh_from_db()
        assert problems(study) == []

    def test_it_is_done_once_the_name_is_typed(
        self, study: Study, keys: Callable[..., str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from assessments.management.commands import study_keys

        keys("create", study.code)
        asked = []
        monkeypatch.setattr(study_keys, "typed_word", lambda p: asked.append(p) or study.code)
        keys("destroy", study.code)
        assert study.code in asked[0]
        study.refresh_from_db()
        assert not list(web_store().root.rglob("k_link"))
        assert not list(evaluator_store().root.rglob("r_open"))
        assert [line.split()[:2] for line in lines(study)[-2:]] == [
            ["K_link", "destroyed"],
            ["R_open", "destroyed"],
        ]

    def test_keys_destroyed_on_purpose_are_not_missed_but_a_lost_one_is(
        self, study: Study, keys: Callable[..., str]
    ) -> None:
        keys("create", study.code)
        keys("destroy", study.code, "--key", "R_open", "--yes")
        study.refresh_from_db()
        assert problems(study) == []
        web_store().destroy_link_key(study.uuid)
        assert len(problems(study)) == 1

    def test_nothing_is_destroyed_while_boxes_wait_unless_forced(
        self, keys: Callable[..., str]
    ) -> None:
        survey = make_survey(people=1)
        with pytest.raises(CommandError, match="2 boxes of small-study are still to be opened"):
            keys("destroy", "small-study", "--yes")
        assert problems(survey.study) == []
        keys("destroy", "small-study", "--yes", "--force")
        assert not list(web_store().root.rglob("boxes/*"))

    def test_destroying_names_the_copies_that_are_left_elsewhere(
        self, study: Study, keys: Callable[..., str], tmp_path: Path
    ) -> None:
        keys("create", study.code)
        sheet_of(keys, study, tmp_path / "sheet.txt")
        assert "copied to the vault" in keys("destroy", study.code, "--yes")

    def test_a_sheet_that_is_there_is_not_overwritten(
        self, study: Study, keys: Callable[..., str], tmp_path: Path
    ) -> None:
        keys("create", study.code)
        sheet = tmp_path / "sheet.txt"
        sheet.write_text("the only copy of another key")
        with pytest.raises(CommandError, match="exists already"):
            sheet_of(keys, study, sheet)
        assert sheet.read_text() == "the only copy of another key"
        assert not [line for line in lines(study) if "copied" in line]


class TestTwoSides:
    @pytest.fixture
    def side(self, settings: Any, tmp_path: Path) -> Callable[[str], None]:
        def be(name: str) -> None:
            settings.PORTAL_SIDE = name

        return be

    @pytest.fixture
    def public(
        self, study: Study, keys: Callable[..., str], side: Callable[[str], None], tmp_path: Path
    ) -> Path:
        side("evaluator")
        keys("create", study.code, "--out", tmp_path / "public.json")
        side("web")
        return tmp_path / "public.json"

    def test_the_web_side_takes_the_public_key_and_makes_only_its_own(
        self, study: Study, keys: Callable[..., str], public: Path
    ) -> None:
        said = keys("create", study.code, "--public", public)
        study.refresh_from_db()
        assert study.fingerprint in said
        assert study.fingerprint in public.read_text()
        assert lines(study)[-1].startswith("K_link created")
        assert problems(study) == []

    def test_a_new_passphrase_is_asked_for_where_none_is_set_and_kept_to(
        self,
        study: Study,
        keys: Callable[..., str],
        side: Callable[[str], None],
        tmp_path: Path,
        settings: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        side("evaluator")
        settings.OPENER_PASSPHRASE = ""
        monkeypatch.setattr(typed.sys.stdin, "isatty", lambda: True)
        monkeypatch.setattr(typed, "getpass", lambda prompt: "typed in twice alike")
        keys("create", study.code, "--out", tmp_path / "public.json")
        monkeypatch.setattr(typed, "getpass", lambda prompt: "too short")
        with pytest.raises(CommandError, match="shorter than 15"):
            keys("create", "another", "--out", tmp_path / "public.json")
        settings.OPENER_PASSPHRASE = "typed in twice alike"
        keys("escrow", study.code, "--out", tmp_path / "sheet", "--holder", "the vault")

    def test_the_web_side_makes_no_key_for_the_evaluators(
        self, study: Study, keys: Callable[..., str], side: Callable[[str], None]
    ) -> None:
        side("web")
        with pytest.raises(CommandError, match="--public"):
            keys("create", study.code)

    def test_a_public_key_of_another_study_is_refused(
        self, study: Study, keys: Callable[..., str], public: Path
    ) -> None:
        load_study(document=study.document | {"code": "other-study"}, by=None)
        with pytest.raises(CommandError, match="is for study small-study"):
            keys("create", "other-study", "--public", public)

    def test_what_is_handed_over_is_received_once_and_again(
        self,
        study: Study,
        keys: Callable[..., str],
        public: Path,
        side: Callable[[str], None],
        tmp_path: Path,
    ) -> None:
        keys("create", study.code, "--public", public)
        out = ["--out", tmp_path / "handover", "--holder", "the university"]
        given = keys("handover", study.code, *out).splitlines()[-1]
        side("evaluator")
        with pytest.raises(CommandError, match="has not been handed over"):
            keys("check", study.code)
        assert keys("receive", tmp_path / "handover").splitlines()[-1] == given
        keys("receive", tmp_path / "handover")
        assert "S_web received" in keys("check", study.code)

    def test_a_handover_that_is_damaged_or_unknown_is_refused(
        self,
        study: Study,
        keys: Callable[..., str],
        public: Path,
        side: Callable[[str], None],
        tmp_path: Path,
    ) -> None:
        keys("create", study.code, "--public", public)
        keys("handover", study.code, "--out", tmp_path / "it", "--holder", "the university")
        side("evaluator")
        whole = (tmp_path / "it").read_bytes()
        for broken in (b"", whole[:-1], b"x" * 100):
            (tmp_path / "it").write_bytes(broken)
            with pytest.raises(CommandError):
                keys("receive", tmp_path / "it")
        (tmp_path / "it").write_bytes(whole[:16] + b"\0" * 16 + whole[32:])
        with pytest.raises(CommandError, match="No readable key"):
            keys("receive", tmp_path / "it")

    def test_each_side_refuses_the_others_deeds(
        self,
        study: Study,
        keys: Callable[..., str],
        public: Path,
        side: Callable[[str], None],
        tmp_path: Path,
    ) -> None:
        keys("create", study.code, "--public", public)
        with pytest.raises(CommandError, match="evaluators' side"):
            keys("receive", public)
        with pytest.raises(CommandError, match="with the other party"):
            sheet_of(keys, study, tmp_path / "sheet", "--key", "R_open")
        with pytest.raises(CommandError, match="with the other party"):
            keys("destroy", study.code, "--yes", "--key", "R_open")
        side("evaluator")
        with pytest.raises(CommandError, match="web side"):
            keys("handover", study.code, "--out", tmp_path / "x", "--holder", "x")

    def test_a_machine_that_lost_everything_gets_the_evaluators_key_back(
        self,
        study: Study,
        keys: Callable[..., str],
        public: Path,
        side: Callable[[str], None],
        tmp_path: Path,
        settings: Any,
    ) -> None:
        side("evaluator")
        sheet = sheet_of(keys, study, tmp_path / "sheet.txt")
        printed = public.read_text()
        settings.EVALUATOR_KEYS_DIR = tmp_path / "a new machine"
        said = keys("restore", study.code, "--from", sheet)
        assert said.splitlines()[-1] in printed
        store = EvaluatorKeyStore(settings.EVALUATOR_KEYS_DIR, settings.OPENER_PASSPHRASE, "min")
        assert [R_OPEN in line for line in keys("copies", study.code).splitlines()] == [True]
        assert len(list(store.root.rglob("r_open"))) == 1


def test_no_deed_is_audited_with_a_key_or_writes_one_into_the_log(
    study: Study, keys: Callable[..., str], tmp_path: Path
) -> None:
    keys("create", study.code)
    study.refresh_from_db()
    sheet_of(keys, study, tmp_path / "sheet.txt")
    secrets = [evaluator_store().r_open(study.uuid), web_store().link_key(study.uuid)]
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("copies.log"))
    written += str(list(AuditEntry.objects.values())).encode()
    for secret in secrets:
        assert secret not in written
        assert secret.hex().encode() not in written
    assert PASSPHRASE.encode() not in written


def test_a_passphrase_is_asked_for_twice_and_both_must_be_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ESCROW_PASSPHRASE")
    monkeypatch.setattr(typed.sys.stdin, "isatty", lambda: True)
    given = iter(["the first of the two", "the second of the two"])
    monkeypatch.setattr(typed, "getpass", lambda prompt: next(given))
    with pytest.raises(CommandError, match="not the same"):
        typed.passphrase("ESCROW_PASSPHRASE", "Passphrase", new=True)
