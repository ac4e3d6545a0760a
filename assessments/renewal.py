"""A study's rows written anew: what was asked for is carried out, what came in is added. No Django
here. Every opening does it, and once a week it is done whether there is anything to do or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessments.ballot_box.batches import Row
from assessments.ballot_box.keys import OpenerKeys
from assessments.ballot_box.opening import codes_of
from assessments.ballot_box.requests import Request


@dataclass(frozen=True)
class Renewed:
    """All rows of a study as they stay, and how many were left out because the same person had one
    of the same wave and arm already."""

    rows: list[Row]
    doubled: int


def without_withdrawn(
    rows: Iterable[Row], requests: Iterable[Request], keys: OpenerKeys
) -> list[Row]:
    """The rows of everybody who did not ask to have theirs deleted. What they answer later counts:
    this is done before a box is read."""
    asked = [request for request in requests if request.kind == "withdraw"]
    gone = {code for request in asked for code in codes_of(request.links, keys)}
    return [row for row in rows if row["code"] not in gone]


def renew(
    rows: Sequence[Row], requests: Iterable[Request], keys: OpenerKeys, waves: Sequence[str]
) -> Renewed:
    """Rows of accounts that turned out to be one person's get one code, that of the earliest wave;
    of two rows of one person, wave and arm the first stays. `rows` are those stored before, then
    those that came in; `waves` are the study's in order."""
    merges = [codes_of(one.links, keys) for one in requests if one.kind == "merge"]
    kept: dict[tuple[str, str, str], Row] = {}
    recoded = _recoded(rows, merges, waves)
    for row in recoded:
        kept.setdefault((row["code"], row["wave"], row.get("arm", "")), row)
    return Renewed(list(kept.values()), len(recoded) - len(kept))


def _recoded(
    rows: Sequence[Row], merges: Iterable[Sequence[str]], waves: Sequence[str]
) -> list[Row]:
    first: dict[str, int] = {}
    for row in rows:
        place = waves.index(row["wave"])
        first[row["code"]] = min(place, first.get(row["code"], place))
    one_for: dict[str, str] = {}
    for codes in merges:
        known = [code for code in codes if code in first]
        if len(known) > 1:
            earliest = min(known, key=first.__getitem__)
            one_for.update((code, earliest) for code in known)
    return [_recoded_row(row, one_for) for row in rows]


def _recoded_row(row: Row, one_for: dict[str, str]) -> Row:
    """Under another code it is a new row, as if one had gone and one had come: the change guard
    then treats it so."""
    code: str = row["code"]
    if one_for.get(code, code) == code:
        return row
    return {key: value for key, value in row.items() if key != "row"} | {"code": one_for[code]}
