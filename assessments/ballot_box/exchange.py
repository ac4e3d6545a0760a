"""The ballot box's tables where the box is opened elsewhere: closing a box, and emptying it once
the evaluators have said that they opened it."""

import uuid
from dataclasses import dataclass

from assessments.ballot_box.models import Ballot, Opening


@dataclass(frozen=True)
class Closed:
    """A box that takes nothing any more: how many ballots it held, and a name for them."""

    n: int
    n_set_aside: int
    digest: str


def closed(box_id: str) -> Closed | None:
    """None while the box is open."""
    row = Opening.objects.filter(box_id=box_id).first()
    return Closed(row.n, row.n_set_aside, row.digest) if row else None


def close(*, box_id: str, n: int, digest: str) -> None:
    """Closes a box: nothing can be put in from now on, and its ballots stay. Call inside
    `locked`; the opening's primary key refuses a second time."""
    Opening.objects.create(box_id=box_id, n=n, n_set_aside=0, digest=digest)


def empty(*, box_id: str, window: uuid.UUID, n_set_aside: int) -> None:
    """Takes the ballots of a closed box out. Call inside `locked`. Repeating it is harmless."""
    Opening.objects.filter(box_id=box_id).update(n_set_aside=n_set_aside)
    Ballot.objects.filter(window=window).delete()
