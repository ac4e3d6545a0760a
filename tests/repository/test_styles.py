import re
from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).resolve().parents[2] / "static" / "css").glob("*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_block_of_a_stylesheet_is_left_open(sheet):
    """What follows an open @media block holds inside it alone: on paper and not on screens."""
    depth, text = 0, re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    for brace in re.findall(r"[{}]", text):
        depth += 1 if brace == "{" else -1
        assert depth in (0, 1, 2)
    assert depth == 0
