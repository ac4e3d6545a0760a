"""Making the pack of a release: once, whole or not at all, with a plain reason where it fails."""

import csv
import hashlib
import re
from collections import Counter
from io import StringIO

import pytest

from assessments import microdata, packs, releasing
from assessments.actions import building, outcomes
from assessments.actions.building import build_release, build_waiting_releases
from assessments.actions.releases import try_release_again
from assessments.ballot_box.batches import Row, Unreadable, unseal_classes
from assessments.ballot_box.keys import KeyMissing
from assessments.keyring import responses_key
from assessments.models import Release, ReleaseProblem, ReleaseState, Study
from assessments.releases import stream_rows
from lms.accounts.models import AuditEntry
from tests.releases import RARE_MINUTES, ask_for, make_stored, read_pack, row, store_rows
from tests.releases import packs as kept_packs

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def study(db) -> Study:
    return make_stored()


def made(study: Study) -> Release:
    release = ask_for(study)
    assert build_release(release=release)
    return Release.objects.get(pk=release.pk)


def test_a_pack_is_made_with_its_hash_its_files_and_the_results_beside_it(study):
    release = made(study)
    (pack,) = kept_packs()
    assert release.state == ReleaseState.READY
    assert release.sha256 == hashlib.sha256(pack.read_bytes()).hexdigest()
    assert release.size == pack.stat().st_size
    listed = {one["name"]: one["sha256"] for one in release.files}
    found = {name: hashlib.sha256(data).hexdigest() for name, data in read_pack(pack).items()}
    assert listed == found
    assert release.vintage == study.vintages.get(published=True)
    (noted,) = AuditEntry.objects.filter(action="release.made")
    assert noted.detail == {"number": 1, "sha256": release.sha256}


def test_classes_are_kept_under_both_shares_and_given_to_the_next(study, quick_packs, monkeypatch):
    first = made(study)
    content = unseal_classes(bytes(first.classes_sealed), responses_key(study), study.uuid)
    given = []
    real = microdata.make_release

    def watched(rows, frame, **rest):
        given.append(rest["stored"])
        return real(rows, frame, **rest)

    monkeypatch.setattr(microdata, "make_release", watched)
    made(study)
    assert content.startswith(given[0].to_bytes())
    with pytest.raises(Unreadable):
        unseal_classes(bytes(first.classes_sealed), b"\0" * 32, study.uuid)


def test_what_somebody_withdrew_is_not_released(study, monkeypatch):
    renewed = []
    real = building.renew_study
    monkeypatch.setattr(
        building, "renew_study", lambda study: (renewed.append(1), real(study=study))
    )
    monkeypatch.setattr(
        microdata,
        "make_release",
        lambda *args, **given: pytest.fail("too early") if not renewed else _stop(),
    )
    build_release(release=ask_for(study))
    assert renewed


def _stop():
    raise RuntimeError


def test_nobody_rare_and_no_secret_of_the_study_stands_in_any_file_of_a_pack(study):
    """The only commander, who answered 599 minutes and the second wave alone."""
    made(study)
    (pack,) = kept_packs()
    files = read_pack(pack)
    rows = list(csv.DictReader(StringIO(files["data_long.csv"].decode())))
    alike = Counter((row["code"], row.get("rank_band", "")) for row in rows)
    patterns = Counter(
        tuple(sorted(r["wave"] for r in rows if r["code"] == code)) for code, _ in alike
    )
    assert min(patterns.values()) >= 5
    assert {row.get("rank_band", "") for row in rows} <= {"line", ""}
    ids = {one["code"] for one in stored(study)} | {one["row"] for one in stored(study)}
    text = {name: data.decode(errors="replace") for name, data in files.items()}
    secrets = [*ids, "C-2019-1", str(study.uuid)]
    assert [(name, one) for name in text for one in secrets if one in text[name]] == []
    tables = [text[name] for name in text if name.endswith((".csv", ".sav", ".dta"))]
    assert not any(str(RARE_MINUTES) in re.split(r"[,\n]", table) for table in tables)


def stored(study: Study) -> list[Row]:
    return list(stream_rows(study.uuid, responses_key(study)))


def test_where_nobody_could_hide_nothing_leaves(db):
    few = make_stored(people=3, rare=True)
    release = ask_for(few)
    assert not build_release(release=release)
    failed = Release.objects.get(pk=release.pk)
    assert (failed.state, failed.problem) == (ReleaseState.FAILED, ReleaseProblem.TOO_FEW)
    assert kept_packs() == []


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (KeyMissing("no key at /somewhere"), ReleaseProblem.KEY_MISSING),
        (Unreadable("batch"), ReleaseProblem.UNREADABLE),
        (OSError(28, "No space left on device"), ReleaseProblem.NO_ROOM),
        (ValueError("code ab answered 599 minutes"), ReleaseProblem.BROKEN),
    ],
)
def test_a_failure_leaves_a_plain_reason_and_no_file_and_can_be_tried_again(
    study, quick_packs, monkeypatch, caplog, error, problem
):
    def broken(*args, **given):
        raise error

    release = ask_for(study)
    with monkeypatch.context() as patch:
        patch.setattr(packs, "write_pack", broken)
        assert not build_release(release=release)
    failed = Release.objects.get(pk=release.pk)
    assert (failed.state, failed.problem, failed.file) == (ReleaseState.FAILED, problem, "")
    assert kept_packs() == []
    assert "599" not in caplog.text
    assert build_release(release=try_release_again(release=failed, by=None))
    assert Release.objects.get(pk=release.pk).state == ReleaseState.READY


def test_progress_is_told_step_by_step(study, quick_packs, monkeypatch):
    told = []
    real = building._tell
    monkeypatch.setattr(building, "_tell", lambda *step: (told.append(step[1:]), real(*step)))
    made(study)
    steps = [step for step, of, words in told]
    assert steps == sorted(steps)
    assert all(step <= of for step, of, words in told)
    assert [words for step, of, words in told][:3] == ["withdrawals", "reading", "protecting"]


def test_of_two_who_build_at_once_one_does(study, quick_packs):
    release = ask_for(study)
    assert build_release(release=release)
    assert not build_release(release=release)
    assert AuditEntry.objects.filter(action="release.made").count() == 1


def test_whoever_was_thought_dead_and_comes_late_changes_nothing(
    study, quick_packs, monkeypatch, clock
):
    release = ask_for(study)
    real = packs.write_pack

    def slow(*args, **given):
        monkeypatch.setattr(packs, "write_pack", real)
        clock.forward(minutes=11)
        assert build_waiting_releases() == 1
        return real(*args, **given)

    monkeypatch.setattr(packs, "write_pack", slow)
    assert not build_release(release=release)
    ready = Release.objects.get(pk=release.pk)
    assert (ready.state, ready.attempts) == (ReleaseState.READY, 2)
    (pack,) = kept_packs()
    assert pack.name == ready.file
    assert AuditEntry.objects.filter(action="release.made").count() == 1


def test_the_worker_makes_what_waits_and_takes_over_what_has_gone_silent(study, quick_packs, clock):
    release = ask_for(study)
    Release.objects.update(state=ReleaseState.BUILDING, file="ab" * 16, attempts=1)
    assert build_waiting_releases() == 0
    clock.forward(minutes=11)
    assert build_waiting_releases() == 1
    assert Release.objects.get(pk=release.pk).attempts == 2


def test_rows_that_came_since_leave_once_published_results_rest_on_them(study, monkeypatch):
    first = made(study)
    before = read_pack(kept_packs()[0])
    store_rows(study, [row(place, wave) for place in range(40, 60) for wave in ("pre", "post")])
    second = made(study)
    monkeypatch.setattr(outcomes, "_digest", lambda study: "of more boxes")
    third = made(study)
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    after = {one.name: read_pack(one) for one in kept_packs()}
    assert after[first.file] == before
    lengths = [len(after[one.file]["data_long.csv"]) for one in (first, second, third)]
    assert lengths[0] == lengths[1] < lengths[2]


def test_while_no_results_are_published_nothing_leaves(study, monkeypatch):
    monkeypatch.setattr(building, "row_ids_published", lambda study, key: set())
    release = ask_for(study)
    assert not build_release(release=release)
    assert Release.objects.get(pk=release.pk).problem == ReleaseProblem.UNPUBLISHED
    assert kept_packs() == []


def test_a_failed_try_does_not_write_to_where_packs_lie(study, monkeypatch):
    monkeypatch.setattr(releasing, "write_zip", lambda *args: _stop())
    build_release(release=ask_for(study))
    assert kept_packs() == []
