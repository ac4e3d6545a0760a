"""Certificate codes: what somebody types, scans or reads aloud to check a certificate.

A code is 128 random bits in Crockford's base 32, which leaves out I, L, O and U, so that nothing
in it can be mistaken for something else: 26 symbols in groups of 5, 5, 5, 5 and 6. The first
symbol carries three bits and is never above 7.

There is no check symbol, on purpose. Crockford's takes one of five extra signs (* ~ $ = U) that
read badly over the phone, and its only use would be to tell "mistyped" from "unknown" before
looking: the verification page answers both alike. With 2**128 codes, no slip reaches another one.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 128
SYMBOLS = 26
GROUPS = (5, 5, 5, 5, 6)

# Typed, pasted or broken over a line in a PDF; far more than that is not a slip of the hand.
_LONGEST_INPUT = 4 * SYMBOLS
# Hyphen-minus, the Unicode hyphens and dashes, minus sign, soft hyphen, and any white space.
_SEPARATORS = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212]+")
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CODE = re.compile(rf"[0-7][{ALPHABET}]{{{SYMBOLS - 1}}}")


def new_code() -> str:
    """A code nobody has had and nobody can guess, in the form in which it is shown and stored."""
    return _encode(secrets.randbits(BITS))


def normalise(text: str) -> str | None:
    """The stored form of a code as somebody typed it, or None when it cannot be a code.

    Case, spaces, hyphens and the usual confusions (O for 0; I and L for 1) are forgiven.
    """
    if len(text) > _LONGEST_INPUT:
        return None
    symbols = _SEPARATORS.sub("", text)
    # Upper-casing may turn a foreign letter into one of ours (the dotless i, the long s).
    if not symbols.isascii():
        return None
    symbols = symbols.upper().translate(_LOOKALIKES)
    return _grouped(symbols) if _CODE.fullmatch(symbols) else None


def _encode(number: int) -> str:
    symbols = (ALPHABET[number >> 5 * place & 31] for place in reversed(range(SYMBOLS)))
    return _grouped("".join(symbols))


def _grouped(symbols: str) -> str:
    groups, start = [], 0
    for size in GROUPS:
        groups.append(symbols[start : start + size])
        start += size
    return "-".join(groups)
