"""How fast ballots are sealed and opened, beside bare libsodium doing the same boxes.

Run: .venv/bin/python benchmarks/ballot_box.py [BALLOTS]
"""

import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import Aead

from assessments.ballot_box.keys import BoxKeys, OpenerKeys
from assessments.ballot_box.opening import open_ballot, peel
from assessments.ballot_box.sealing import (
    SIZE,
    Envelope,
    SealedBallot,
    links_of,
    tag_of,
    unwrap,
    wrap,
)

SECTIONS, ROUNDS, COVER = 5, 5, 28
ANSWERS = [{f"Q{section}{item}": 3 for item in range(6)} for section in range(SECTIONS)]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(ballots: int) -> None:
    study, window = uuid.uuid4(), uuid.uuid4()
    box, opener = BoxKeys.of(os.urandom(32), study), OpenerKeys.of(os.urandom(32), study)
    k_link = os.urandom(32)
    public = SealedBox(PublicKey(opener.public))
    private = SealedBox(PrivateKey(opener.private))
    stored: list[tuple[str, bytes]] = []

    def seal() -> None:
        stored.clear()
        for _ in range(ballots):
            person = os.urandom(16)
            envelope = Envelope(study, window, links_of(k_link, study, [person]), SECTIONS)
            ballot = SealedBallot.untouched(envelope, opener.public)
            for section, answers in enumerate(ANSWERS, start=1):
                ballot = ballot.with_section(envelope, opener.public, section, answers)
            tag = tag_of(box, window, person)
            stored.append((tag, wrap(ballot, box, tag)))

    def open_all() -> None:
        for slots in peel(stored, box).ballots:
            opened = open_ballot(
                slots,
                opener,
                study=study,
                window=window,
                sections=SECTIONS,
                validate=lambda answers: answers,
            )
            assert opened is not None

    def bare_seal() -> list[bytes]:
        return [public.encrypt(bytes(SIZE)) for _ in range(ballots * SECTIONS * 2)]

    def cover() -> None:
        """What a section costs beside the sealing: a cohort's ballots under new layers."""
        for start in range(0, ballots, COVER):
            for tag, sealed in stored[start : start + COVER]:
                wrap(unwrap(sealed, box, tag), box, tag)

    def bare_cover() -> None:
        for tag, sealed in stored:
            layer = Aead(box.wrap)
            layer.encrypt(layer.decrypt(sealed, aad=tag.encode()), aad=tag.encode())

    bare_boxes = [public.encrypt(bytes(SIZE)) for _ in range(ballots * SECTIONS)]

    def bare_open() -> list[bytes]:
        return [private.decrypt(sealed) for sealed in bare_boxes]

    pairs = {
        "sealing": (seal, bare_seal),
        "covering": (cover, bare_cover),
        "opening": (open_all, bare_open),
    }
    for name, (ours, bare) in pairs.items():
        times = [(_seconds(ours), _seconds(bare)) for _ in range(ROUNDS)]
        rate = ballots / statistics.median(mine for mine, _ in times)
        ratio = statistics.median(mine / theirs for mine, theirs in times)
        print(f"{name}: {rate:,.0f} ballots of {SECTIONS} sections a second, {ratio:.2f} x bare")
        if name == "covering":
            print(f"  {1000 * COVER / rate:.2f} ms for the {COVER} ballots around one section")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
