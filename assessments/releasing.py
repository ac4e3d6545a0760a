"""Making the pack of a release, the same on every side that holds answers. Nothing is recorded
here."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box.batches import Row
from assessments.frame import Frame
from assessments.packs.about import About
from assessments.release_files import PackedFile, ReleaseFiles, files_in, sha256_of, write_zip

K = 5
"""How many stand alike in released data, whatever a study's threshold for figures is."""
Tell = Callable[[int, int, str], None]
# What is done before and after the files are written.
FIRST_STEPS, LAST_STEPS = 3, 1


class NothingPublished(Exception):
    """No published report rests on any row yet."""


class TooFew(Exception):
    """No row can be released: too few people are in every class."""


@dataclass(frozen=True)
class Pack:
    """A pack in its place: its name there, its bytes and hash, the files in it, what
    was done to the data, and the classes of all rows that have left so far, to be sealed."""

    name: str
    size: int
    sha256: str
    files: list[PackedFile]
    told: dict[str, Any]
    classes: bytes

    def __repr__(self) -> str:
        return f"<Pack {self.sha256[:8]}>"


def release_files() -> ReleaseFiles:
    """Where the portal keeps packs until they expire."""
    return ReleaseFiles(settings.RELEASES_DIR)


@sensitive_variables()
def make_pack(
    *,
    files: ReleaseFiles,
    name: str,
    frame: Frame,
    rows: Iterable[Row],
    published: Set[str],
    stored: bytes | None,
    years: Mapping[str, str],
    about: About,
    tell: Tell = lambda step, of, words: None,
) -> Pack:
    """Protects the rows with `published` ids and packs them into a file of this name: of others no
    report says anything yet, because too few have come. `stored` is what the newest
    release kept of its classes (None: nothing was released before), `years` gives the years of the
    cohorts. Raises NothingPublished, TooFew, OSError."""
    from assessments.microdata import Classes, make_release  # pandas: not at start-up
    from assessments.packs import write_pack

    if not published:
        raise NothingPublished
    tell(FIRST_STEPS, FIRST_STEPS + LAST_STEPS, "protecting")
    known = None if stored is None else Classes.from_bytes(stored)
    microdata = make_release(
        (row for row in rows if row["row"] in published),
        frame,
        profile=frame.study.release,
        k=K,
        stored=known,
        years=years,
    )
    if microdata.long.empty:
        raise TooFew
    with files.workplace(name) as work:
        inside, packed = work / "files", work / "pack.zip"
        inside.mkdir()
        write_pack(microdata, frame, about, inside, _within(tell))
        listed = files_in(inside)
        write_zip(inside, packed, f"{frame.study.code}-release-{about.number}")
        size, digest = packed.stat().st_size, sha256_of(packed)
        files.keep(name, packed)
    return Pack(name, size, digest, listed, asdict(microdata.told), microdata.classes.to_bytes())


def _within(tell: Tell) -> Tell:
    """The steps of writing the files as steps of the whole."""

    def told(step: int, of: int, words: str) -> None:
        tell(FIRST_STEPS + step, FIRST_STEPS + of + LAST_STEPS, words)

    return told
