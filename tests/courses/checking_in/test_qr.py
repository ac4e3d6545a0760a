import re

import zxingcpp
from PIL import Image

from courses.checking_in.qr import qr_code

ADDRESS = "https://portal.example.org/here/1234/48210937/"
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+Z")


def test_a_code_is_read_back_from_its_outline():
    code = qr_code(ADDRESS)
    drawn = Image.new("L", (code.side, code.side), 255)
    for x, y, width, height in (map(int, run) for run in RUN.findall(code.outline)):
        drawn.paste(0, (x, y, x + width, y + height))
    read = zxingcpp.read_barcode(drawn.resize((code.side * 8, code.side * 8), Image.NEAREST))
    assert read.text == ADDRESS


def test_a_code_keeps_its_quiet_zone():
    code = qr_code(ADDRESS)
    edges = [int(x) for x, *_ in RUN.findall(code.outline)]
    assert min(edges) == 4
