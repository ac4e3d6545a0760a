"""The tables of the `responses` database. Nothing else: no foreign key, no id of a person, no date,
no counter. Every primary key is a tag or a random number."""

import uuid
from typing import ClassVar

from django.db import models

from lms.accounts.privacy import Privacy


class Ballot(models.Model):
    """A sealed envelope in an open window, under a tag that only the web side's key can compute.
    Declined and unfinished ones look like all others."""

    tag = models.CharField(max_length=64, primary_key=True)
    window = models.UUIDField(db_index=True)
    sealed = models.BinaryField()

    field_privacy: ClassVar = dict.fromkeys(["tag", "window", "sealed"], Privacy.SEALED)

    def __str__(self) -> str:
        return "ballot"


class Opening(models.Model):
    """A box that takes nothing any more: it was opened, or on a web side alone closed for the
    evaluators to open. How many ballots it held and how many were set aside as corrupt; `digest`
    names what a box held that went from one side to the other. That the row exists is what makes
    an opening happen once."""

    box_id = models.CharField(max_length=32, primary_key=True)
    n = models.PositiveIntegerField()
    n_set_aside = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, blank=True)

    field_privacy: ClassVar = dict.fromkeys(
        ["box_id", "n", "n_set_aside", "digest"], Privacy.SEALED
    )

    def __str__(self) -> str:
        return "opening"


class SetAside(models.Model):
    """A ballot that could not be read at an opening, kept as it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    opening = models.ForeignKey(Opening, models.PROTECT, related_name="set_aside")
    sealed = models.BinaryField()

    field_privacy: ClassVar = dict.fromkeys(["id", "opening", "sealed"], Privacy.SEALED)

    def __str__(self) -> str:
        return "set aside"


class ResponseBatch(models.Model):
    """Up to 1,000 shuffled responses of one study under a key made of both parties' shares."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.UUIDField(db_index=True)
    sealed = models.BinaryField()

    field_privacy: ClassVar = dict.fromkeys(["id", "study", "sealed"], Privacy.SEALED)

    def __str__(self) -> str:
        return "batch"


class RequestSheet(models.Model):
    """A study's requests to withdraw what was opened, sealed and of one size, whether there are any
    or none. Every study with keys has one. On a side of the evaluators' own: which of them were
    carried out, under both parties' shares."""

    study = models.UUIDField(primary_key=True)
    sealed = models.BinaryField()

    field_privacy: ClassVar = dict.fromkeys(["study", "sealed"], Privacy.SEALED)

    def __str__(self) -> str:
        return "requests"


class Tally(models.Model):
    """How many rows of a study were left out because the person had one of the same wave already.
    Sealed under both parties' shares: even a count of one could be about somebody who is known."""

    study = models.UUIDField(primary_key=True)
    sealed = models.BinaryField()

    field_privacy: ClassVar = dict.fromkeys(["study", "sealed"], Privacy.SEALED)

    def __str__(self) -> str:
        return "tally"
