"""A thief at one of two parties: everything that party has, read to the last byte."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assessments.ballot_box.batches import Unreadable, unseal_rows
from assessments.ballot_box.box_files import BoxFile, FileRefused
from assessments.ballot_box.keys import OpenerKeys, data_key, link_check, web_data_share
from assessments.ballot_box.opening import Corrupt, open_ballot
from assessments.ballot_box.passphrases import Locked, unlock
from lms.accounts.models import ResearchId
from tests.privacy.stolen import BATCHES, Copy, take_copy
from tests.two_sides import PASSPHRASE, Exchange, make_exchange, sheet

pytestmark = pytest.mark.xdist_group("two_sides")
PEOPLE = 12


@dataclass(frozen=True)
class Haul:
    """Each party's files after the boxes were opened, copies of its databases of before and after,
    and what went by post; and who they are about, for the one who checks."""

    study: uuid.UUID
    windows: tuple[uuid.UUID, ...]
    web: list[Path]
    web_copies: list[Copy]
    evaluators: list[Path]
    batches: list[bytes]
    post: list[Path]
    people: list[bytes]


@pytest.fixture(scope="module")
def haul(
    database_copies: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Haul]:
    folder = tmp_path_factory.mktemp("thief")
    with django_db_blocker.unblock():
        database_copies.reset()
        exchange = make_exchange(folder / "now", PEOPLE)
        try:
            yield _stolen(exchange, folder)
        finally:
            exchange.web.end()
            exchange.evaluators.end()
            database_copies.reset()


def _stolen(exchange: Exchange, folder: Path) -> Haul:
    before = take_copy(folder / "before")
    exchange.evaluators.do("open_ballots", *exchange.export())
    exchange.web.do("import_receipts", exchange.receipt("pre"), exchange.receipt("post"))
    exchange.evaluators.do("study_keys", "check", "small-study")
    after = take_copy(folder / "after")
    return Haul(
        study=exchange.study.uuid,
        windows=tuple(window.uuid for window in exchange.windows.values()),
        web=_files(exchange.web.folder),
        web_copies=[before, after],
        evaluators=_files(exchange.evaluators.folder),
        batches=exchange.batches(),
        post=_files(exchange.post),
        people=_names(exchange),
    )


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _names(exchange: Exchange) -> list[bytes]:
    """Everything by which a person could be found, in the spellings in which it is stored."""
    found: list[bytes] = []
    for person in exchange.people:
        found += [person.email.encode(), person.last_name.encode(), person.uuid.bytes]
        found += [str(person.uuid).encode(), person.uuid.hex.encode()]
    for value in ResearchId.objects.values_list("value", flat=True):
        found += [bytes(value), bytes(value).hex().encode()]
    return found


@dataclass(frozen=True)
class Thief:
    """Tries every key that lies in the files it has as every key there is."""

    haul: Haul
    files: list[Path]
    passphrase: str = ""

    def secrets(self) -> list[bytes]:
        found = [path.read_bytes() for path in self.files]
        for envelope in list(found):
            try:
                found.append(unlock(envelope, self.passphrase))
            except Locked:
                continue
        return [key for key in found if len(key) == 32]

    def boxes(self) -> list[BoxFile]:
        """The box files that a key in the files takes the outer layer off."""
        found = []
        for file in self.haul.post:
            for key in self.secrets():
                try:
                    share = web_data_share(key, self.haul.study)
                    found.append(BoxFile.read(file.read_bytes(), self.haul.study, share))
                except FileRefused:
                    continue
        return found

    def answers(self) -> list[dict[str, Any]]:
        """All answers in box files that some key opens."""
        read = []
        for box in self.boxes():
            for slots in box.ballots:
                for key in self.secrets():
                    try:
                        opened = open_ballot(
                            slots,
                            OpenerKeys.of(key, self.haul.study),
                            study=self.haul.study,
                            window=box.window,
                            sections=2,
                            validate=dict,
                        )
                    except Corrupt:
                        continue
                    if opened:
                        read.append(opened.answers)
        return read


def test_a_thief_at_both_parties_reads_the_box_files(haul: Haul) -> None:
    """That the next tests can fail: the same thief with both parties' files has everything."""
    read = Thief(haul, [*haul.web, *haul.evaluators], PASSPHRASE).answers()
    assert len(read) == 2 * (PEOPLE - 1) - 1
    assert sheet(5, 0) in read


def test_with_all_that_the_web_side_has_no_answer_is_read(haul: Haul) -> None:
    thief = Thief(haul, haul.web, PASSPHRASE)
    assert len(thief.boxes()) == 2
    assert sum(len(box.ballots) for box in thief.boxes()) == 2 * PEOPLE
    assert thief.answers() == []


def test_the_web_side_never_holds_a_batch_nor_the_evaluators_key(haul: Haul) -> None:
    assert not [copy for copy in haul.web_copies if copy.tables[BATCHES]]
    assert not [path for path in haul.web if path.name == "r_open"]


def test_the_web_sides_keys_open_no_batch_of_the_evaluators(haul: Haul) -> None:
    assert haul.batches
    for key in Thief(haul, haul.web).secrets():
        for other in Thief(haul, haul.web).secrets():
            share = web_data_share(key, haul.study)
            made = data_key(share, OpenerKeys.of(other, haul.study).data_share, haul.study)
            with pytest.raises(Unreadable):
                list(unseal_rows(haul.batches, made, haul.study))


def test_nothing_that_the_evaluators_have_names_a_person(haul: Haul) -> None:
    """With their passphrase too: what lies in their files is looked through as it is, and what their
    keys open is looked through as well."""
    thief = Thief(haul, haul.evaluators, PASSPHRASE)
    contents = [path.read_bytes() for path in [*haul.evaluators, *haul.post]]
    contents += thief.secrets()
    for name in haul.people:
        assert not [one for one in contents if name in one]


def test_the_evaluators_cannot_make_a_persons_link_or_tell_their_tag(haul: Haul) -> None:
    """They lack `K_link`; what they were given of it leads nowhere back."""
    (web,) = [path.read_bytes() for path in haul.web if path.name == "k_link"]
    thief = Thief(haul, haul.evaluators, PASSPHRASE)
    assert web not in thief.secrets()
    checks = [link_check(key, haul.study) for key in thief.secrets()]
    assert link_check(web, haul.study) not in checks


def test_who_takes_the_post_away_reads_nothing(haul: Haul) -> None:
    """Not even which cohort a box is of, or how many ballots of how many sections it holds."""
    names = [b"CIT", b"small-study", b"pre", b"post", *haul.people]
    for path in haul.post:
        if path.name.startswith(("box-", "receipt-")):
            content = path.read_bytes()
            assert not [name for name in names if len(name) > 4 and name in content]
    assert Thief(haul, haul.post).boxes() == []
    sizes = {path.stat().st_size for path in haul.post if path.name.startswith("box-")}
    assert len(sizes) == 1
