"""Names as the fonts of the portal can print them. Pure."""

from itertools import groupby

from certificates.typesetting import DoesNotFit, Face, Fitted, fit

BLANK = "_" * 10


def printable(text: str, face: Face) -> str:
    """The text with a blank in place of what the font cannot show: one name in another script must
    not keep a class from its sheets, and a blank is filled in by hand."""
    runs = groupby(text, key=lambda one: ord(one) in face.characters)
    return "".join("".join(run) if shown else BLANK for shown, run in runs)


def fitted(
    text: str, face: Face, *, width: float, largest: float, smallest: float, floor: float
) -> Fitted:
    """The text on at most two lines, as large as it fits; cut short if even the floor is too
    large for it."""
    told = printable(text, face)
    while True:
        try:
            return fit(
                told,
                face,
                width=width,
                largest=largest,
                smallest=smallest,
                floor=floor,
                lines=2,
            )
        except DoesNotFit:
            told = told[: len(told) * 3 // 4].rstrip() + "…"
