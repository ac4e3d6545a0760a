"""QR codes as outlines, for pages that draw them as SVG."""

import re
from typing import NamedTuple

import zxingcpp

_SIDE = re.compile(r'<svg width="(\d+)"')
_OUTLINE = re.compile(r'<path d="([^"]+)"')


class QrCode(NamedTuple):
    """A square of `side` modules with its quiet zone around it; `outline` is the path of what is
    dark in it, in the same units."""

    side: int
    outline: str


def qr_code(text: str) -> QrCode:
    """The QR code of a text, with room for 15 % of it to be unreadable."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn = zxingcpp.write_barcode_to_svg(barcode, add_quiet_zones=True)
    side, outline = _SIDE.search(drawn), _OUTLINE.search(drawn)
    assert side is not None
    assert outline is not None
    return QrCode(int(side[1]), outline[1])
