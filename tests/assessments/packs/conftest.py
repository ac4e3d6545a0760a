from pathlib import Path

import pytest

from assessments.packs import write_pack
from tests.assessments.packs.released import Pack, Released, about, frame_of, long_of


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A whole pack of 200 persons in eight blocks, written once for all who read it."""
    folder = tmp_path_factory.mktemp("pack")
    frame = frame_of(released_numbers=["H1"])
    long = long_of(frame, 200, clusters=8)
    files = write_pack(Released(long), frame, about(), folder)
    return Pack(Path(folder), frame, long, [path.name for path in files])
