"""A full ballot box with one corrupt ballot in it, and what must be true of it whenever somebody
stops an opening half way."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from assessments.actions import decline, seal_section
from assessments.ballot_box import store
from assessments.ballot_box.keys import BoxKeys, KeyMissing
from assessments.ballot_box.models import (
    Ballot,
    Opening,
    RequestSheet,
    ResponseBatch,
    SetAside,
    Tally,
)
from assessments.ballot_box.sealing import tag_of
from assessments.keyring import box_keys
from assessments.models import SurveyWindow, VintageCounts, VintageGroups
from lms.accounts.models import AuditEntry, User
from tests.surveys import FIRST_DATE, Survey, answer, fully, make_survey


def sheet_of(place: int) -> dict[str, int]:
    """Different for everybody, so that a row lost or counted twice shows."""
    return fully(place % 5 + 1) | {"M1": place % 601}


@dataclass(frozen=True)
class FullBox:
    """One box as it stood when its window closed: the stored ballots, byte for byte, what its key
    gives, the files of the web side's key store, and the answers that must come out of it."""

    survey: Survey
    ballots: dict[str, bytes]
    keys: BoxKeys
    key_files: dict[Path, bytes]
    complete: list[dict[str, int]]

    @property
    def window(self) -> SurveyWindow:
        return SurveyWindow.objects.select_related("wave__study").get(pk=self.survey.pre.pk)

    @property
    def counted(self) -> list[dict[str, int]]:
        return sorted((row["answers"] for row in self.survey.rows()), key=str)

    def put_back(self) -> None:
        """Undoes an opening: the same ballots lie in the box again, under the same key."""
        for model in (ResponseBatch, SetAside, Opening, RequestSheet, Tally, Ballot):
            model.objects.all().delete()
        Ballot.objects.bulk_create(
            Ballot(tag=tag, window=self.survey.pre.uuid, sealed=sealed)
            for tag, sealed in self.ballots.items()
        )
        for path, content in self.key_files.items():
            path.write_bytes(content)
        VintageCounts.objects.filter(vintage__study=self.survey.study).delete()
        VintageGroups.objects.filter(vintage__study=self.survey.study).delete()
        self.survey.study.vintages.all().delete()
        AuditEntry.objects.filter(action="box.opened").delete()
        SurveyWindow.objects.update(opened_at=None, key_destroyed_at=None)

    def assert_whole(self) -> None:
        """Nothing or everything: all ballots under a good key, or all rows and no ballot."""
        if Opening.objects.exists():
            self._assert_counted()
            return
        held = dict(store.contents(self.survey.pre.uuid))
        assert held == self.ballots
        assert box_keys(self.window) == self.keys
        assert (self.counted, SetAside.objects.count()) == ([], 0)

    def _assert_counted(self) -> None:
        assert not Ballot.objects.exists()
        assert self.counted == self.complete
        (opening,) = Opening.objects.all()
        assert (opening.n, opening.n_set_aside) == (len(self.ballots), 1)
        assert SetAside.objects.count() == 1

    def assert_finished(self) -> None:
        """Opened once, noted once, and the box key is gone."""
        assert Opening.objects.exists()
        self._assert_counted()
        window = self.window
        assert window.opened_at is not None
        assert window.key_destroyed_at is not None
        assert AuditEntry.objects.filter(action="box.opened").count() == 1
        try:
            box_keys(window)
        except KeyMissing:
            return
        raise AssertionError("the box key is still there")


def fill_box(people: int, starts_on: date = FIRST_DATE) -> FullBox:
    """Everybody answers but three: one declined, one stopped half way, one ballot is damaged."""
    survey = make_survey(people, starts_on=starts_on)
    declined, stopped, damaged, *others = survey.people
    decline(window=survey.pre, user=declined)
    seal_section(window=survey.pre, user=stopped, section=1, answers={"A1": 1})
    answer(survey.pre, damaged, sheet_of(0))
    complete = [sheet_of(place) for place in range(1, len(others) + 1)]
    for person, sheet in zip(others, complete, strict=True):
        answer(survey.pre, person, sheet)
    _damage(survey, damaged)
    return FullBox(
        survey,
        dict(store.contents(survey.pre.uuid)),
        box_keys(survey.pre),
        {p: p.read_bytes() for p in settings.WEB_KEYS_DIR.rglob("*") if p.is_file()},
        sorted(complete, key=str),
    )


def _damage(survey: Survey, person: User) -> None:
    """Turns a bit over in somebody's ballot."""
    (research_id,) = person.research_ids.all()
    tag = tag_of(box_keys(survey.pre), survey.pre.uuid, bytes(research_id.value))
    ballot = Ballot.objects.get(tag=tag)
    sealed = bytes(ballot.sealed)
    ballot.sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    ballot.save(update_fields=["sealed"])
