"""A first attacker, with copies of both databases from before, during and after a wave.

Sixty officers sit down one after the other, in an order that the attacker knows, and take the
survey with real requests. The attacker also knows who answered and who did not, and is handed, for
nothing, the list of all answers that were given. What it must not find out is whose they are.

Chance: dealing n different answer sheets to n people at random names one person right on average
(Poisson with mean 1). Ten or more happen once in nine million tries, so LUCK = 9 of 54 is the line
between a lucky guess and a leak.
"""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse
from nacl.exceptions import CryptoError

from assessments.actions import cover_open_boxes, filling, open_due_boxes
from assessments.ballot_box import opening as opening_module
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
from assessments.ballot_box.sealing import (
    SLOT_BYTES,
    SealedBallot,
    Tampered,
    links_of,
    tag_of,
    unwrap,
)
from lms.accounts import clock as portal_clock
from lms.accounts.models import User
from tests.privacy.stolen import (
    ASIDE,
    AUDIT,
    BALLOTS,
    BATCHES,
    PEOPLE,
    PLACE,
    RESEARCH_IDS,
    SEATS,
    SESSIONS,
    STUDIES,
    WINDOWS,
    Copy,
    Row,
    as_uuid,
    take_copy,
)
from tests.surveys import (
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    ITEMS,
    Survey,
    make_survey,
)

OFFICERS = 60
DECLINED, WITHDREW, STOPPED = {7, 19, 23}, {31, 40}, {48}
ANSWERED = OFFICERS - len(DECLINED | WITHDREW | STOPPED)
WATCHED = {4, 12, 27, 36, 50}
LUCK = 9

# All on one worker: the waves are run once and attacked many times.
pytestmark = pytest.mark.xdist_group("first_attacker")

Sheet = tuple[tuple[str, int], ...]
Guess = Mapping[int, Sheet]


@dataclass(frozen=True)
class Haul:
    """Everything there is to steal or to know about one wave. `order`: who sat down when; `watched`:
    copies from just before and just after one person's visit."""

    copies: Mapping[str, Copy]
    watched: list[tuple[int, Copy, Copy]]
    order: list[int]
    truth: Mapping[int, Sheet]
    web_store: Path
    evaluators_store: Path
    passphrase: str

    @property
    def everything(self) -> list[Copy]:
        around = [copy for _, before, after in self.watched for copy in (before, after)]
        return [*self.copies.values(), *around]

    @cached_property
    def ballots(self) -> set[tuple[str, bytes]]:
        """Every state of every ballot in any copy, as tag and ciphertext."""
        found = (row for copy in self.everything for row in copy.rows(BALLOTS))
        return {(row["tag"], bytes(row["sealed"])) for row in found}


def sheets(count: int) -> list[Sheet]:
    """Different answer sheets, so that naming one is naming a person."""
    codes = [code for items in ITEMS.values() for code in items]
    draw = random.Random(20261130)
    found: dict[Sheet, None] = {}
    while len(found) < count:
        values = [draw.randint(0, 600) if code == "M1" else draw.randint(1, 5) for code in codes]
        found[tuple(sorted(zip(codes, values, strict=True)))] = None
    return list(found)


def visit(survey: Survey, person: User, sheet: Sheet, place: int) -> None:
    """One officer's visit, with real requests in a browser of their own."""
    browser = Client()
    browser.force_login(person)
    start = reverse("survey:start", kwargs={"window": survey.pre.pk})
    if place in DECLINED:
        browser.post(start, {"choice": "decline"})
        return
    browser.post(start, {"choice": "agree"})
    for number, items in ITEMS.items():
        page = reverse("survey:section", kwargs={"window": survey.pre.pk, "number": number})
        answers = {code: str(value) for code, value in sheet if code in items}
        assert browser.post(page, answers).status_code == 302
        if place in STOPPED:
            return
    if place in WITHDREW:
        browser.post(reverse("survey:done", kwargs={"window": survey.pre.pk}))


def run_wave(folder: Path) -> Haul:
    """A whole wave, from the first visit to the opening; the last to come is a straggler."""
    numbers = itertools.count()

    def copy() -> Copy:
        return take_copy(folder / f"copy-{next(numbers)}")

    with pytest.MonkeyPatch.context() as patch:
        moment = [BEFORE_THE_COURSE]
        patch.setattr(portal_clock, "_source", lambda: moment[0])
        survey = make_survey(OFFICERS)
        order = random.Random(4).sample(survey.people, OFFICERS)
        cover_open_boxes()
        given = sheets(OFFICERS)
        copies, watched, truth = {"before": copy()}, [], {}
        for place, person in enumerate(order):
            is_watched = place in WATCHED or place == OFFICERS - 1
            earlier = copy() if is_watched else None
            visit(survey, person, given[place], place)
            if earlier:
                watched.append((person.pk, earlier, copy()))
            if place not in DECLINED | WITHDREW | STOPPED:
                truth[person.pk] = given[place]
        moment[0] = DURING_THE_LAST_DAY
        copies["closed"] = copy()
        assert len(open_due_boxes()) == 1
        copies["opened"] = copy()
    return Haul(
        copies,
        watched,
        [person.pk for person in order],
        truth,
        settings.WEB_KEYS_DIR,
        settings.EVALUATOR_KEYS_DIR,
        settings.OPENER_PASSPHRASE,
    )


def plain_wrap(ballot: SealedBallot, keys: BoxKeys, tag: str) -> bytes:
    bitmap = sum(1 << (section - 1) for section in ballot.done)
    return bitmap.to_bytes(2, "big") + b"".join(ballot.slots)


def plain_unwrap(sealed: bytes, keys: BoxKeys, tag: str) -> SealedBallot:
    bitmap, body = int.from_bytes(sealed[:2], "big"), sealed[2:]
    slots = tuple(body[i : i + SLOT_BYTES] for i in range(0, len(body), SLOT_BYTES))
    return SealedBallot(
        frozenset(n for n in range(1, len(slots) + 1) if bitmap >> (n - 1) & 1), slots
    )


@pytest.fixture(scope="module")
def live(
    database_copies: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Haul]]:
    """Runs waves on real databases with real commits, each from a clean start."""

    def run() -> Haul:
        folder = tmp_path_factory.mktemp("thief")
        stores = {"WEB_KEYS_DIR": folder / "web", "EVALUATOR_KEYS_DIR": folder / "evaluators"}
        with django_db_blocker.unblock(), override_settings(**stores):
            try:
                return run_wave(folder)
            finally:
                database_copies.reset()

    return run


@pytest.fixture(scope="module")
def haul(live: Callable[[], Haul]) -> Haul:
    return live()


@pytest.fixture(scope="module")
def haul_without_outer_layer(live: Callable[[], Haul]) -> Iterator[Haul]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "wrap", plain_wrap)
        patch.setattr(filling, "unwrap", plain_unwrap)
        patch.setattr(opening_module, "unwrap", plain_unwrap)
        yield live()


@pytest.fixture(scope="module")
def haul_without_cover(live: Callable[[], Haul]) -> Iterator[Haul]:
    with override_settings(BALLOT_COVER=1):
        yield live()


@dataclass(frozen=True)
class Attacker:
    """Works on copies alone, with no store, one store or both. `certain` holds what it knows,
    `guesses` every assignment it can think of."""

    haul: Haul
    web: bool = False
    evaluators: bool = False

    # What lies open in the main database

    @cached_property
    def study(self) -> Any:
        (row,) = self.haul.copies["closed"].rows(STUDIES)
        return as_uuid(row["uuid"])

    @cached_property
    def window(self) -> Any:
        (held,) = {row["window"] for row in self.haul.copies["closed"].rows(BALLOTS)}
        return as_uuid(held)

    @cached_property
    def research_ids(self) -> dict[int, bytes]:
        rows = self.haul.copies["closed"].rows(RESEARCH_IDS)
        return {row["user_id"]: bytes(row["value"]) for row in rows}

    # What the stores give

    @cached_property
    def k_link(self) -> bytes | None:
        return (self.haul.web_store / str(self.study) / "k_link").read_bytes() if self.web else None

    @cached_property
    def box(self) -> BoxKeys | None:
        if not self.web:
            return None
        path = self.haul.web_store / str(self.study) / "boxes" / str(self.window)
        return BoxKeys.of(path.read_bytes(), self.study)

    @cached_property
    def opener(self) -> OpenerKeys | None:
        if not self.evaluators:
            return None
        store = EvaluatorKeyStore(self.haul.evaluators_store, self.haul.passphrase, "min")
        return store.open(self.study)

    @cached_property
    def candidates(self) -> list[bytes]:
        """Every 32 bytes that might be a key: stored, derived, or put together from one side."""
        found = [b"\0" * 32]
        if self.k_link and self.box:
            found += [self.k_link, self.box.tag, self.box.wrap]
            found += [web_data_share(self.k_link, self.study)]
        if self.opener:
            found += [self.opener.private, self.opener.code, self.opener.data_share]
        found += [derive(key, self.study, f"v1/{use}") for key in found for use in ("data", "wrap")]
        return found + [data_key(a, b, self.study) for a in found[:8] for b in found[:8]]

    # Reading what can be read

    @cached_property
    def ballots_read(self) -> dict[str, Sheet]:
        """Answers by tag, of all ballots in all copies that can be opened."""
        opened = ((tag, self._open(tag, sealed)) for tag, sealed in self.haul.ballots)
        return {tag: sheet for tag, sheet in opened if sheet}

    def _open(self, tag: str, sealed: bytes) -> Sheet | None:
        inside = [sealed[start:] for start in (0, 2, 24, 26)]
        if self.box:
            try:
                inside.append(b"".join(unwrap(sealed, self.box, tag).slots))
            except Tampered:
                return None
        sections = len(ITEMS)
        for body in inside:
            slots = tuple(body[i * SLOT_BYTES :][:SLOT_BYTES] for i in range(sections))
            for private in self.candidates[:8]:
                try:
                    opened = open_ballot(
                        slots,
                        OpenerKeys(private, private, private),
                        study=self.study,
                        window=self.window,
                        sections=sections,
                        validate=lambda answers: answers,
                    )
                except Corrupt:
                    continue
                return tuple(sorted(opened.answers.items())) if opened else None
        return None

    @cached_property
    def rows_read(self) -> list[dict[str, Any]]:
        """The rows of the batches, in their stored order, if some key opens them."""
        batches = self.haul.copies["opened"].rows(BATCHES)
        sealed = [bytes(row["sealed"]) for row in batches]
        for key in self.candidates:
            try:
                return list(unseal_rows(sealed, key, self.study))
            except (Unreadable, CryptoError):
                continue
        return []

    # Whose is what

    def owners(self) -> dict[str, int]:
        """Tags whose person is certain: computed with the box key, or the one ballot that is new or
        changed between two copies around a single visit."""
        if self.box:
            ids = self.research_ids.items()
            return {tag_of(self.box, self.window, value): person for person, value in ids}
        looks = [self.changed_around_visits(), self.changed_around_visits(content_only=True)]
        changed = [entry for look in looks for entry in look.items()]
        return {tags.pop(): person for person, tags in changed if len(tags) == 1}

    def changed_around_visits(self, *, content_only: bool = False) -> dict[int, set[str]]:
        """For everybody watched, the ballots that are new, changed or (unless `content_only`)
        written anew between the two copies: theirs is among them."""
        found = {}
        for person, before, after in self.haul.watched:
            held = {row["tag"]: self._state(row, content_only) for row in before.rows(BALLOTS)}
            rows = [(row["tag"], self._state(row, content_only)) for row in after.rows(BALLOTS)]
            found[person] = {tag for tag, state in rows if held.get(tag) != state}
        return found

    @staticmethod
    def _state(row: Row, content_only: bool) -> tuple[bytes, int]:
        return bytes(row["sealed"]), 0 if content_only else row[PLACE]

    def certain(self) -> Guess:
        owners = self.owners()
        known = {owners[tag]: sheet for tag, sheet in self.ballots_read.items() if tag in owners}
        if self.k_link and self.opener:
            by_code = {row["code"]: sheet_of(row) for row in self.rows_read}
            for person, value in self.research_ids.items():
                links = [link for link in links_of(self.k_link, self.study, [value]) if link]
                code = code_of(links, self.opener, set())
                if code in by_code:
                    known[person] = by_code[code]
        return known

    def orders_of_people(self) -> Iterator[tuple[str, list[int]]]:
        """Everybody who answered, in every order that the copies show."""
        answered = self.haul.truth.keys()
        closed, opened = self.haul.copies["closed"], self.haul.copies["opened"]
        by_place = [row["tag"] for row in closed.rows(BALLOTS)]
        seen = [person for person in self.haul.order if person in answered]
        owner = dict(zip(by_place, self.haul.order, strict=True)) | self.owners()
        columns: dict[str, list[int]] = {
            "as they sat down": seen,
            "by tag": [owner[tag] for tag in sorted(owner)],
            "by ciphertext": [
                owner[r["tag"]]
                for r in sorted(closed.rows(BALLOTS), key=lambda r: bytes(r["sealed"]))
            ],
            "by last sign-in": [
                row["id"]
                for row in sorted(opened.rows(PEOPLE), key=lambda row: str(row["last_login"]))
            ],
            "by seat": [
                row["user_id"] for row in sorted(opened.rows(SEATS), key=lambda r: r["id"])
            ],
            "by research id": [p for p, _ in sorted(self.research_ids.items(), key=lambda e: e[1])],
            "by account": sorted(answered),
        }
        for name, people in columns.items():
            yield name, [person for person in people if person in answered]

    def orders_of_sheets(self) -> Iterator[tuple[str, list[Sheet]]]:
        """All answer sheets, in every order the attacker has."""
        handed_over = sorted(self.haul.truth.values())
        yield "sorted", handed_over
        yield "sorted backwards", handed_over[::-1]
        yield "shuffled", random.Random(7).sample(handed_over, len(handed_over))
        if self.rows_read:
            yield "as stored in the batch", [sheet_of(row) for row in self.rows_read]
        read = self.ballots_read
        places = [row["tag"] for row in self.haul.copies["closed"].rows(BALLOTS)]
        if read:
            yield "as the ballots lie", [read[tag] for tag in places if tag in read]

    def best_guess(self) -> tuple[str, int]:
        """The assignment that names most people right; how it was made, and how many it names."""
        sheets = list(self.orders_of_sheets())
        scores = {
            f"people {one}, sheets {other}": self.score(dict(zip(people, given, strict=False)))
            for one, people in self.orders_of_people()
            for other, given in sheets
        }
        return max(scores.items(), key=lambda entry: entry[1])

    def score(self, guess: Guess) -> int:
        return sum(guess.get(person) == sheet for person, sheet in self.haul.truth.items())


def sheet_of(row: dict[str, Any]) -> Sheet:
    return tuple(sorted(row["answers"].items()))


ONE_STORE = [
    pytest.param({}, id="no store"),
    pytest.param({"web": True}, id="web store"),
    pytest.param({"evaluators": True}, id="evaluators' store"),
]


@pytest.mark.parametrize("stores", ONE_STORE)
def test_with_one_store_at_most_no_answer_is_linked_to_a_person(
    haul: Haul, stores: dict[str, bool]
) -> None:
    attacker = Attacker(haul, **stores)
    assert attacker.certain() == {}
    assert attacker.ballots_read == {}
    assert attacker.rows_read == []


@pytest.mark.parametrize("stores", ONE_STORE)
def test_with_one_store_at_most_no_order_guesses_better_than_chance(
    haul: Haul, stores: dict[str, bool]
) -> None:
    way, named = Attacker(haul, **stores).best_guess()
    assert named <= LUCK, way


def test_with_both_stores_every_answer_is_linked(haul: Haul) -> None:
    attacker = Attacker(haul, web=True, evaluators=True)
    assert attacker.certain() == haul.truth
    assert len(haul.truth) == ANSWERED


def test_the_rows_lie_in_no_order_even_for_whoever_can_read_them(haul: Haul) -> None:
    attacker = Attacker(haul, web=True, evaluators=True)
    stored = [sheet_of(row) for row in attacker.rows_read]
    for name, people in attacker.orders_of_people():
        assert attacker.score(dict(zip(people, stored, strict=True))) <= LUCK, name


def test_without_the_outer_layer_the_evaluators_store_links_everybody_who_was_watched(
    haul_without_outer_layer: Haul,
) -> None:
    """The margin: six of six watched people (one of them the straggler) with certainty instead of
    none."""
    attacker = Attacker(haul_without_outer_layer, evaluators=True)
    watched = {person for person, _, _ in haul_without_outer_layer.watched}
    certain = attacker.certain()
    assert certain == {p: s for p, s in haul_without_outer_layer.truth.items() if p in watched}
    assert len(certain) == len(WATCHED) + 1


def test_without_the_outer_layer_no_store_is_still_no_answer(
    haul_without_outer_layer: Haul,
) -> None:
    assert Attacker(haul_without_outer_layer).certain() == {}


def test_two_copies_around_one_visit_do_not_show_whose_ballot_was_touched(haul: Haul) -> None:
    """At least sixteen ballots are new in bytes, and in the place of their rows, after each visit,
    whether that person answered, declined or stopped half way."""
    groups = Attacker(haul).changed_around_visits()
    assert len(groups) == len(haul.watched)
    assert min(len(tags) for tags in groups.values()) >= settings.BALLOT_COVER
    assert Attacker(haul).owners() == {}


def test_no_copy_shows_who_has_come_so_far(haul: Haul) -> None:
    """From the first moment everybody has a ballot, all of one size."""
    around = [copy for _, before, after in haul.watched for copy in (before, after)]
    assert {len(copy.rows(BALLOTS)) for copy in around} == {OFFICERS}
    assert len({len(sealed) for _, sealed in haul.ballots}) == 1


def test_where_ballots_lie_tells_no_order(haul: Haul) -> None:
    """The first and the last to sit down lie anywhere: in the order of the tags, or where the
    database had room for all that were written at once."""
    lie = [row["tag"] for row in haul.copies["closed"].rows(BALLOTS)]
    if connections["responses"].vendor == "sqlite":
        assert lie == sorted(lie)
    else:
        together = [len(block) for block in _written_together(haul)]
        assert min(together) >= settings.BALLOT_COVER


def _written_together(haul: Haul) -> Iterator[list[str]]:
    rows = haul.copies["closed"].rows(BALLOTS)
    for _, block in itertools.groupby(rows, key=lambda row: row[PLACE]):
        yield [row["tag"] for row in block]


def test_without_cover_copies_around_one_visit_show_who_took_part(
    haul_without_cover: Haul,
) -> None:
    """The margin: six of six watched people have a ballot that is certainly theirs. Its content
    stays sealed even so."""
    attacker = Attacker(haul_without_cover)
    watched = {person for person, _, _ in haul_without_cover.watched}
    assert set(attacker.owners().values()) == watched
    assert attacker.certain() == {}


def secrets_of(haul: Haul) -> dict[str, list[bytes]]:
    """What must stand in no copy, in any spelling: the link and the code of every person."""
    both = Attacker(haul, web=True, evaluators=True)
    assert both.k_link
    assert both.opener
    links = {
        person: links_of(both.k_link, both.study, [value])[0]
        for person, value in both.research_ids.items()
    }
    codes = {person: code_of([link], both.opener, set()) for person, link in links.items()}
    return {
        f"{kind} of {person}": [value.encode(), bytes.fromhex(value)]
        for kind, values in (("link", links), ("code", codes))
        for person, value in values.items()
    }


def bytes_of(copy: Copy) -> bytes:
    if copy.raw:
        return b"".join(copy.raw.values())
    return b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for rows in copy.tables.values()
        for row in rows
        for value in row.values()
    )


def test_no_link_and_no_code_stands_in_any_copy(haul: Haul) -> None:
    secrets = secrets_of(haul)
    for copy in haul.everything:
        stolen = bytes_of(copy)
        assert not [
            name for name, spellings in secrets.items() if any(s in stolen for s in spellings)
        ]


def test_no_answer_stands_readable_in_any_copy_of_the_responses(haul: Haul) -> None:
    for copy in haul.everything:
        stolen = copy.raw.get("responses", b"") or bytes_of(copy)
        assert b'"answers"' not in stolen
        assert b'"M1":' not in stolen


def test_no_tag_stands_in_the_main_database(haul: Haul) -> None:
    tags = {row["tag"] for copy in haul.everything for row in copy.rows(BALLOTS)}
    assert len(tags) == OFFICERS
    for copy in haul.everything:
        main = copy.raw.get("default") or b"".join(
            str(value).encode()
            for table in (PEOPLE, RESEARCH_IDS, SEATS, SESSIONS, AUDIT, WINDOWS, STUDIES)
            for row in copy.rows(table)
            for value in row.values()
        )
        assert not [tag for tag in tags if tag.encode() in main or bytes.fromhex(tag) in main]


def pieces_in(haul: Haul, copy: Copy) -> int:
    """How many pieces of any ballot, 16 bytes from every 128, stand in the copied responses."""
    stolen = copy.raw.get("responses", b"") or bytes_of(copy)
    pieces = (
        sealed[i:][:16] for _, sealed in haul.ballots for i in range(0, len(sealed) - 16, 128)
    )
    return sum(piece in stolen for piece in pieces)


def test_nothing_of_any_ballot_is_left_after_the_opening(haul: Haul) -> None:
    """Neither as a row nor, on SQLite, as a piece of a deleted page or of the log."""
    opened = haul.copies["opened"]
    assert opened.rows(BALLOTS) == opened.rows(ASIDE) == []
    assert pieces_in(haul, haul.copies["closed"]) > 30 * OFFICERS
    assert pieces_in(haul, opened) == 0
    assert not [tag for tag, _ in haul.ballots if tag.encode() in bytes_of(opened)]


def test_the_main_database_is_changed_by_signing_in_and_by_the_opening_alone(haul: Haul) -> None:
    """Nobody's visit leaves a row or a date of its own; the opening leaves one for all."""
    before, opened = haul.copies["before"], haul.copies["opened"]
    for table in (RESEARCH_IDS, SEATS):
        assert before.rows(table) == opened.rows(table)
    ((was,), (is_now,)) = (copy.rows(STUDIES) for copy in (before, opened))
    assert {key for key in was if was[key] != is_now[key]} - {PLACE} == {"renewed_at"}

    def without_sign_in(copy: Copy) -> list[dict[str, Any]]:
        hidden = {"last_login", "physical_place"}
        rows = [{k: v for k, v in row.items() if k not in hidden} for row in copy.rows(PEOPLE)]
        return sorted(rows, key=lambda row: row["id"])

    assert without_sign_in(before) == without_sign_in(opened)
    assert len(opened.rows(SESSIONS)) == OFFICERS
    added = [row["action"] for row in opened.rows(AUDIT)][len(before.rows(AUDIT)) :]
    assert added == ["box.opened"]


@pytest.mark.skipif(
    "connections['default'].vendor != 'sqlite'", reason="compares the files of SQLite databases"
)
def test_the_copies_hold_the_write_ahead_log(haul: Haul) -> None:
    """Otherwise the tests above would have looked at too little."""
    assert connections["default"].vendor == "sqlite"
    tags = {row["tag"] for row in haul.copies["closed"].rows(BALLOTS)}
    assert all(tag.encode() in haul.copies["closed"].raw["responses"] for tag in tags)
