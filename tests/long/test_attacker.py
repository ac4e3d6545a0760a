"""The attacker over four waves of a thousand officers.

The thief has copies of both databases from before, at the close of and after every wave, and from
just before and just after single visits; everything that was written to a log, a mail, the audit,
the tasks; who sat down when; and, for nothing, the list of all answers of each wave. With no store,
the web side's or the evaluators', as it was in the middle of the third wave, no answer is certain, and
no order names more people than dealing the sheets out at random would. Groups of five would name one
in five; chance names one person a wave.

Every protection that can be turned off is turned off once, and the same thief then finds something.
The thief also has the microdata release made at the end, and knows for nothing who took part in which
wave; what successive releases tell has its thief in tests/assessments/microdata/test_attacks.py. The
change guard of published figures has one in tests/privacy/test_differencing.py.
"""

import json
import logging
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test.utils import override_settings
from nacl.exceptions import CryptoError

from assessments.actions import (
    cover_open_boxes,
    destroy_served_keys,
    filling,
    open_window,
    seal_section,
)
from assessments.ballot_box import opening as opening_module
from assessments.ballot_box import sealing
from assessments.ballot_box.batches import Unreadable, unseal_rows
from assessments.ballot_box.keys import (
    BoxKeys,
    EvaluatorKeyStore,
    OpenerKeys,
    data_key,
    derive,
    web_data_share,
)
from assessments.ballot_box.opening import Corrupt, code_of, open_ballot
from assessments.ballot_box.sealing import SLOT_BYTES, Tampered, links_of, tag_of, unwrap
from assessments.keyring import responses_key
from assessments.microdata import make_release, release
from assessments.protocol import LINKS_FIRST
from assessments.releases import stream_rows
from lms.accounts import clock as portal_clock
from tests.privacy.simulation import (
    OFFICERS,
    STEPS,
    STOPPED,
    WAVES,
    Force,
    Officer,
    Sheet,
    decide,
    disturb,
    make_force,
    merge,
    new_name,
    second_account,
    sheet_of,
    visit_all,
)
from tests.privacy.stolen import (
    BALLOTS,
    BATCHES,
    PEOPLE,
    PLACE,
    RESEARCH_IDS,
    SEATS,
    STUDIES,
    WINDOWS,
    Copy,
    Row,
    as_uuid,
    found_in,
    take_copy,
)
from tests.privacy.test_first_attacker import bytes_of, plain_unwrap, plain_wrap
from tests.surveys import BEFORE_THE_COURSE, ITEMS

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("attacker")]

# Chance names one person a wave (Poisson); more than nine once in nine million tries.
LUCK = 9
WATCHED_IN_A_WAVE = 6
# So many are enough to see a protection fail.
FEW = 100
STOLEN_IN = WAVES[2]
Guess = Mapping[tuple[str, int], Sheet]


@dataclass
class Haul:
    """Everything there is to steal or to know. `copies` by wave and moment; `stores` are both key
    stores as they were in the middle of the third wave and at the end; `people` gives the accounts'
    ids of each officer, in the order in which they sat down."""

    copies: dict[tuple[str, str], Copy] = field(default_factory=dict)
    watched: list[tuple[str, Officer, Copy, Copy]] = field(default_factory=list)
    order: dict[str, list[Officer]] = field(default_factory=dict)
    stores: dict[str, Path] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    released: list[Mapping[str, Any]] = field(default_factory=list)
    force: Force = None  # type: ignore[assignment]

    @property
    def truth(self) -> dict[tuple[str, int], Sheet]:
        return {
            (wave, number): sheet
            for wave in WAVES
            for number, sheet in self.force.truth(wave).items()
        }


def run_waves(folder: Path, officers: int) -> Haul:
    """Four waves with everything that happens to people, copied whenever a thief could come by."""
    haul = Haul()

    def copy(*name: str) -> Copy:
        return take_copy(folder / "-".join(name))

    with pytest.MonkeyPatch.context() as patch:
        moment = [BEFORE_THE_COURSE]
        patch.setattr(portal_clock, "_source", lambda: moment[0])
        force = haul.force = make_force(seed=20261130, officers=officers)
        for place, wave in enumerate(WAVES):
            decide(force, wave)
            haul.order[wave] = force.draw.sample(force.officers, len(force.officers))
            haul.copies[wave, "before"] = copy(wave, "before")
            for cohort, group in zip(force.cohorts, force.groups, strict=True):
                visit_all(force.windows[cohort.pk, wave], group, wave)
            _watch(haul, wave, copy)
            cover_open_boxes()
            haul.copies[wave, "closed"] = copy(wave, "closed")
            if wave == STOLEN_IN:
                haul.stores["middle"] = _stores(folder / "middle")
            for window in force.of_wave(wave):
                open_window(window=window)
            haul.copies[wave, "opened"] = copy(wave, "opened")
            moment[0] = moment[0].replace(month=place + 1, year=2027)
            destroy_served_keys()
            disturb(force, 0.05, lambda one, _: new_name(one, force.draw), second_account)
            disturb(force, 0.5, lambda one, _: merge(one))
        moment[0] = moment[0].replace(month=9)
        destroy_served_keys()
        haul.released = _release(force)
        haul.stores["end"] = _stores(folder / "end")
    return haul


def _release(force: Force) -> list[Mapping[str, Any]]:
    study = force.study
    rows = stream_rows(study.uuid, responses_key(study))
    table = make_release(rows, study.frame, profile=LINKS_FIRST).long
    return table.astype(dict.fromkeys(STEPS, int)).to_dict("records")


def _watch(haul: Haul, wave: str, copy: Callable[..., Copy]) -> None:
    """Some people come back and seal their first section again, with the same answers, while copies
    are taken around each visit."""
    force = haul.force
    for cohort, group in list(zip(force.cohorts, force.groups, strict=True))[:WATCHED_IN_A_WAVE]:
        officer = next(one for one in group if wave in one.answered)
        earlier = copy(wave, "earlier").only(BALLOTS)
        given = {k: v for k, v in sheet_of(officer.number, wave) if k in ITEMS[1]}
        window = force.windows[cohort.pk, wave]
        seal_section(window=window, user=officer.user, section=1, answers=given)
        haul.watched.append((wave, officer, earlier, copy(wave, "later").only(BALLOTS)))


def _stores(folder: Path) -> Path:
    for name, store in (
        ("web", settings.WEB_KEYS_DIR),
        ("evaluators", settings.EVALUATOR_KEYS_DIR),
    ):
        shutil.copytree(store, folder / name)
    return folder


Run = Callable[..., Haul]


@pytest.fixture(scope="module")
def live(
    database_copies: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    """Runs all waves on real databases with real commits, from a clean start, with some protections
    turned off."""

    def run(*off: tuple[Any, str, Any], officers: int = FEW, **changed: Any) -> Haul:
        folder, lines = tmp_path_factory.mktemp("thief"), _Lines()
        stores = {"WEB_KEYS_DIR": folder / "web", "EVALUATOR_KEYS_DIR": folder / "evaluators"}
        with ExitStack() as stack:
            stack.enter_context(django_db_blocker.unblock())
            stack.enter_context(override_settings(**{**stores, "BOX_KEY_KEEP_DAYS": 0, **changed}))
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            for place, name, instead in off:
                patch.setattr(place, name, instead)
            logging.getLogger().addHandler(lines)
            try:
                database_copies.reset()
                haul = run_waves(folder, officers)
            finally:
                logging.getLogger().removeHandler(lines)
                database_copies.reset()
        haul.written = [*lines.heard, *(str(one.message()) for one in getattr(mail, "outbox", []))]
        return haul

    return run


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(self.format(record))


@pytest.fixture(scope="module")
def haul(live: Run) -> Haul:
    return live(officers=OFFICERS)


@dataclass(frozen=True)
class Thief:
    """Works on the haul alone, with the key stores named, as they were at one time."""

    haul: Haul
    web: bool = False
    evaluators: bool = False
    time: str = "middle"

    @cached_property
    def study(self) -> Any:
        (row,) = self._any_copy.rows(STUDIES)
        return as_uuid(row["uuid"])

    @property
    def _any_copy(self) -> Copy:
        return self.haul.copies[WAVES[-1], "opened"]

    @property
    def _store(self) -> Path:
        return self.haul.stores[self.time]

    @cached_property
    def research_ids(self) -> dict[bytes, int]:
        """Every research id that was ever seen, and the account it was first seen with."""
        found: dict[bytes, int] = {}
        for copy in self.haul.copies.values():
            for row in copy.rows(RESEARCH_IDS):
                found.setdefault(bytes(row["value"]), row["user_id"])
        return found

    @cached_property
    def officer_of(self) -> dict[int, int]:
        """The officer's number by the account's id: names stand in the main database."""
        rows = [row for copy in self.haul.copies.values() for row in copy.rows(RESEARCH_IDS)]
        now = {bytes(row["value"]): row["user_id"] for row in rows}
        number = {user.pk: one.number for one in self.haul.force.officers for user in one.accounts}
        return {
            self.research_ids[value]: number[now[value]] for value in now if now[value] in number
        }

    @cached_property
    def k_link(self) -> bytes | None:
        path = self._store / "web" / str(self.study) / "k_link"
        return path.read_bytes() if self.web else None

    @cached_property
    def boxes(self) -> dict[Any, BoxKeys]:
        folder = self._store / "web" / str(self.study) / "boxes"
        files = [path for path in folder.iterdir() if len(path.name) == 36] if self.web else []
        return {as_uuid(p.name): BoxKeys.of(p.read_bytes(), self.study) for p in files}

    @cached_property
    def opener(self) -> OpenerKeys | None:
        if not self.evaluators:
            return None
        store = EvaluatorKeyStore(self._store / "evaluators", settings.OPENER_PASSPHRASE, "min")
        return store.open(self.study)

    @cached_property
    def candidates(self) -> list[bytes]:
        """Every 32 bytes that might be a key: stored, derived, or put together from one side."""
        found = [b"\0" * 32]
        if self.k_link:
            found += [self.k_link, web_data_share(self.k_link, self.study)]
        if self.opener:
            found += [self.opener.private, self.opener.code, self.opener.data_share]
        found += [derive(key, self.study, "v1/data") for key in found]
        return found + [data_key(a, b, self.study) for a in found for b in found]

    # Reading what can be read

    @cached_property
    def wave_of(self) -> dict[Any, str]:
        return {w.pk: wave for (_, wave), w in self.haul.force.windows.items()}

    @cached_property
    def states(self) -> set[tuple[Any, str, bytes]]:
        """Every state of every ballot in any copy: window, tag, ciphertext."""
        around = [copy for _, _, *both in self.haul.watched for copy in both]
        copies = [*self.haul.copies.values(), *around]
        return {
            (as_uuid(row["window"]), row["tag"], bytes(row["sealed"]))
            for copy in copies
            for row in copy.rows(BALLOTS)
        }

    @cached_property
    def ballots_read(self) -> dict[str, tuple[str, Sheet]]:
        """Wave and answers by tag, of all ballots in all copies that can be opened."""
        found = {}
        if self.web or self.evaluators:
            for window, tag, sealed in self.states:
                if sheet := self._open(window, tag, sealed):
                    found[tag] = self.wave_of[window], sheet
        return found

    def _open(self, window: Any, tag: str, sealed: bytes) -> Sheet | None:
        bodies = [sealed[2:]]
        if window in self.boxes:
            with suppress(Tampered):
                bodies = [b"".join(unwrap(sealed, self.boxes[window], tag).slots)]
        for body in bodies:
            if sheet := _readable(body) or self._unsealed(body, window):
                return sheet
        return None

    def _unsealed(self, body: bytes, window: Any) -> Sheet | None:
        if not self.opener:
            return None
        slots = tuple(body[i * SLOT_BYTES :][:SLOT_BYTES] for i in range(len(ITEMS)))
        try:
            opened = open_ballot(
                slots,
                self.opener,
                study=self.study,
                window=window,
                sections=len(ITEMS),
                validate=lambda answers: answers,
            )
        except Corrupt:
            return None
        return tuple(sorted(opened.answers.items())) if opened else None

    @cached_property
    def rows_read(self) -> list[Row]:
        batches = [bytes(row["sealed"]) for row in self._any_copy.rows(BATCHES)]
        for key in self.candidates:
            try:
                return list(unseal_rows(batches, key, self.study))
            except (Unreadable, CryptoError):
                continue
        return []

    # Whose is what

    @cached_property
    def owners(self) -> dict[str, int]:
        """The officer of each tag, where that is certain: computed with a box key, or the one
        ballot whose row, or whose slots, changed around a visit."""
        found = {}
        for window, keys in self.boxes.items():
            for value, account in self.research_ids.items():
                if account in self.officer_of:
                    found[tag_of(keys, window, value)] = self.officer_of[account]
        for _, officer, earlier, later in self.haul.watched:
            for changed in (self.changed(earlier, later, whole) for whole in (True, False)):
                if len(changed) == 1:
                    found[changed.pop()] = officer.number
        return found

    def changed(self, earlier: Copy, later: Copy, whole: bool = True) -> set[str]:
        """Tags whose row is another one, or (not `whole`) whose bytes show another slot."""
        held = {row["tag"]: self._state(row, whole) for row in earlier.rows(BALLOTS)}
        return {
            r["tag"] for r in later.rows(BALLOTS) if held.get(r["tag"]) != self._state(r, whole)
        }

    def _state(self, row: Row, whole: bool) -> tuple[bytes, ...]:
        sealed = bytes(row["sealed"])
        keys = self.boxes.get(as_uuid(row["window"]))
        if whole:
            return sealed, str(row[PLACE]).encode()
        # Under a box key, or without an outer layer, the slots of the neighbours stay as they were.
        try:
            return unwrap(sealed, keys, row["tag"]).slots if keys else (sealed,)
        except Tampered:
            return (sealed,)

    def certain(self) -> Guess:
        known = {
            (wave, self.owners[tag]): sheet
            for tag, (wave, sheet) in self.ballots_read.items()
            if tag in self.owners
        }
        if self.k_link and self.opener:
            by_code = {(row["code"], row["wave"]): row for row in self.rows_read}
            for value, account in self.research_ids.items():
                (link,) = links_of(self.k_link, self.study, [value])[:1]
                code = code_of([link], self.opener, set())
                for wave in WAVES:
                    if (code, wave) in by_code and account in self.officer_of:
                        sheet = tuple(sorted(by_code[code, wave]["answers"].items()))
                        known[wave, self.officer_of[account]] = sheet
        return known

    def named_by_release(self) -> Guess:
        """Whoever alone took part in just these waves, where one person in the release did."""
        people: dict[frozenset[str], list[int]] = defaultdict(list)
        for officer in self.haul.force.officers:
            people[frozenset(officer.answered)].append(officer.number)
        shown = self.patterns_shown()
        return {
            (wave, numbers[0]): sheet
            for pattern, numbers in people.items()
            if len(numbers) == len(shown.get(pattern, [])) == 1
            for wave, sheet in shown[pattern][0].items()
        }

    def patterns_shown(self) -> Mapping[frozenset[str], list[Mapping[str, Sheet]]]:
        """The people of the release by the waves that they are shown to have answered."""
        by_code: dict[str, dict[str, Sheet]] = defaultdict(dict)
        for row in self.haul.released:
            by_code[row["code"]][row["wave"]] = tuple(sorted((c, row[c]) for c in STEPS))
        shown: dict[frozenset[str], list[Mapping[str, Sheet]]] = defaultdict(list)
        for sheets in by_code.values():
            shown[frozenset(sheets)].append(sheets)
        return shown

    def best_guess(self) -> tuple[str, int]:
        """How often a wave's sheets, dealt out in some order to people in some order, come to the
        right person; the best pair of orders and how many it names in one wave."""
        scores = {}
        for wave in WAVES:
            truth = self.haul.force.truth(wave)
            for one, people in self._people(wave):
                for other, sheets in self._sheets(wave):
                    pairs = zip([p for p in people if p in truth], sheets, strict=False)
                    named = sum(truth[person] == sheet for person, sheet in pairs)
                    scores[f"{wave}: people {one}, sheets {other}"] = named
        return max(scores.items(), key=lambda entry: entry[1])

    def _people(self, wave: str) -> Iterator[tuple[str, list[int]]]:
        closed = self.haul.copies[wave, "closed"]
        tables = {PEOPLE: "id", SEATS: "user_id", RESEARCH_IDS: "user_id"}
        yield "as they sat down", [one.number for one in self.haul.order[wave]]
        for table, column in tables.items():
            rows = [self.officer_of.get(row[column], -1) for row in closed.rows(table)]
            yield f"as they lie in {table}", rows
        by_value = sorted(self.research_ids.items())
        yield "by research id", [self.officer_of.get(account, -1) for _, account in by_value]
        if any(tag in self.owners for tag in (row["tag"] for row in closed.rows(BALLOTS))):
            tags = [row["tag"] for row in closed.rows(BALLOTS)]
            yield "as their ballots lie", [self.owners.get(tag, -1) for tag in tags]

    def _sheets(self, wave: str) -> Iterator[tuple[str, list[Sheet]]]:
        handed_over = sorted(self.haul.force.truth(wave).values())
        yield "sorted", handed_over
        yield "sorted backwards", handed_over[::-1]
        stored = [tuple(sorted(r["answers"].items())) for r in self.rows_read if r["wave"] == wave]
        if stored:
            yield "as stored in the batches", stored
        closed = [row["tag"] for row in self.haul.copies[wave, "closed"].rows(BALLOTS)]
        read = [self.ballots_read[tag][1] for tag in closed if tag in self.ballots_read]
        if read:
            yield "as the ballots lie", read


def _readable(body: bytes) -> Sheet | None:
    """Answers that lie open."""
    found = re.findall(rb'"answers":(\{[^}]*\})', body)
    answers = {key: value for one in found for key, value in json.loads(one).items()}
    return tuple(sorted(answers.items())) or None


ONE_STORE = [
    pytest.param({}, id="no store"),
    pytest.param({"web": True}, id="web store"),
    pytest.param({"evaluators": True}, id="evaluators' store"),
    pytest.param({"web": True, "time": "end"}, id="web store at the end"),
    pytest.param({"evaluators": True, "time": "end"}, id="evaluators' store at the end"),
]


@pytest.mark.parametrize("stores", ONE_STORE)
def test_with_one_store_at_most_nothing_is_certain_and_nothing_better_than_chance(
    haul: Haul, stores: dict[str, Any], record_property: Callable[[str, object], None]
) -> None:
    thief = Thief(haul, **stores)
    assert thief.certain() == {}
    assert thief.ballots_read == {}
    assert thief.rows_read == []
    way, named = thief.best_guess()
    assert named <= LUCK, way
    record_property(
        "measured",
        f"thief of {len(haul.truth)} answers of {OFFICERS} officers, {stores or 'no store'}: 0 certain, "
        f"best order names {named} in a wave (chance 1, groups of five {OFFICERS // 5})",
    )


def test_with_both_stores_all_answers_are_linked(haul: Haul) -> None:
    """So the thief is able; only the keys are missing."""
    certain = Thief(haul, web=True, evaluators=True, time="end").certain()
    linked = sum(certain.get(key) == sheet for key, sheet in haul.truth.items())
    assert linked >= 0.95 * len(haul.truth)


def test_copies_around_a_visit_leave_a_group_of_sixteen(haul: Haul) -> None:
    """Of the rows and of the slots, for whoever has no box key."""
    for stores in ({}, {"evaluators": True}):
        thief = Thief(haul, **stores)
        groups = [thief.changed(earlier, later) for _, _, earlier, later in haul.watched]
        assert len(groups) == len(WAVES) * min(WATCHED_IN_A_WAVE, len(haul.force.cohorts))
        assert min(map(len, groups)) >= settings.BALLOT_COVER
        assert thief.owners == {}


def test_no_copy_and_no_log_holds_a_link_or_a_code(haul: Haul) -> None:
    """The code and the link of everybody, as text and as bytes, in files with their free pages and
    write-ahead logs, logs and mails."""
    both = Thief(haul, web=True, evaluators=True)
    assert both.k_link
    assert both.opener
    links = [links_of(both.k_link, both.study, [value])[0] for value in both.research_ids]
    secrets = [*links, *(code_of([link], both.opener, set()) for link in links)]
    spellings = [*(one.encode() for one in secrets), *map(bytes.fromhex, secrets)]
    assert not found_in("\n".join(haul.written).encode(), spellings)
    for (wave, moment), copy in haul.copies.items():
        assert not found_in(bytes_of(copy), spellings), f"{wave} {moment}"


def test_no_row_of_the_main_database_tells_who_took_part(haul: Haul) -> None:
    """The copies before and after the visits of a wave hold the same people, seats and ids."""
    for wave in WAVES:
        before, closed = haul.copies[wave, "before"], haul.copies[wave, "closed"]
        for table in (PEOPLE, SEATS, RESEARCH_IDS, STUDIES, WINDOWS):
            assert before.rows(table) == closed.rows(table), f"{wave} {table}"


def test_boxes_are_of_one_size_whoever_answered(haul: Haul) -> None:
    for wave in WAVES:
        closed = haul.copies[wave, "closed"].rows(BALLOTS)
        assert len({len(bytes(row["sealed"])) for row in closed}) == 1
        windows = [as_uuid(row["window"]) for row in closed]
        seats = {
            w.pk: len(g) for w, g in zip(haul.force.of_wave(wave), haul.force.groups, strict=True)
        }
        assert {window: windows.count(window) for window in set(windows)} == seats


def test_a_release_shows_no_set_of_waves_that_fewer_than_five_answered(haul: Haul) -> None:
    thief = Thief(haul)
    assert len(haul.released) > 0.9 * len(haul.truth)
    assert min(map(len, thief.patterns_shown().values())) >= 5
    assert thief.named_by_release() == {}


# The switches. Each leaves the same thief, with the same stores, with more than nothing.


def test_without_the_outer_layer_the_evaluators_store_links_the_watched(live: Run) -> None:
    off = (
        (filling, "wrap", plain_wrap),
        (filling, "unwrap", plain_unwrap),
        (opening_module, "unwrap", plain_unwrap),
    )
    haul = live(*off)
    assert len(Thief(haul, evaluators=True).ballots_read) > len(haul.truth) / 2


def test_without_cover_copies_around_a_visit_show_whose_ballot_it_is(live: Run) -> None:
    haul = live(BALLOT_COVER=1)
    assert len(set(Thief(haul).owners.values())) >= len(haul.watched) / 2


def test_without_sealed_boxes_the_web_store_reads_drafts_and_answers(live: Run) -> None:
    class Open:
        def __init__(self, key: Any) -> None:
            pass

        def encrypt(self, text: bytes) -> bytes:
            return bytes(text) + b"\0" * (SLOT_BYTES - len(text))

        def decrypt(self, text: bytes) -> bytes:
            return bytes(text)[: sealing.SIZE]

    haul = live((sealing, "SealedBox", Open), (opening_module, "SealedBox", Open))
    certain = Thief(haul, web=True).certain()
    assert certain
    stopped = [one.number for one in haul.force.officers if one.did[STOLEN_IN] == STOPPED]
    assert any((STOLEN_IN, number) in certain for number in stopped)


@pytest.mark.parametrize("side", ["web", "evaluators"])
def test_with_one_share_of_the_data_key_that_store_alone_reads_all_rows(
    live: Run, side: str
) -> None:
    from assessments import keyring

    def one_share(web: bytes, evaluators: bytes, study: Any) -> bytes:
        share = web if side == "web" else evaluators
        return data_key(share, share, study)

    haul = live((keyring, "data_key", one_share))
    rows = Thief(haul, **{side: True}).rows_read
    assert len(rows) >= 0.95 * len(haul.truth)


def test_a_box_key_that_was_kept_opens_old_copies_for_ever(live: Run, haul: Haul) -> None:
    """Both stores, years later: without box keys the ballots in old backups stay shut, what was
    withdrawn in time among them; with them they open."""
    assert Thief(haul, web=True, evaluators=True, time="end").ballots_read == {}
    kept = live(BOX_KEY_KEEP_DAYS=10_000)
    assert (
        len(Thief(kept, web=True, evaluators=True, time="end").ballots_read) > len(kept.truth) / 2
    )


def test_without_the_pattern_rule_a_release_names_whoever_answered_rare_waves(live: Run) -> None:
    off = (
        (release, "settle_all", lambda groups, answered, shown, k: answered),
        (release, "check", lambda *given: None),
    )
    haul = live(*off)
    named = Thief(haul).named_by_release()
    assert named
    assert sum(haul.truth.get(key) == sheet for key, sheet in named.items()) >= 0.9 * len(named)
