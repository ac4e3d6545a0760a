"""Chance for releases: everything that is drawn comes from the system's source."""

import secrets

import numpy as np

from assessments.microdata.columns import Array

# Without vowels no words appear, and without digits no spreadsheet reads a number or a date.
_LETTERS = np.frombuffer(b"bcdfghjklmnpqrst", np.uint8)
CODE_LENGTH = 12


def keys(count: int) -> Array:
    """Random numbers of 64 bits."""
    return np.frombuffer(secrets.token_bytes(8 * count), np.uint64)


def drawn(groups: Array, candidates: Array, wanted: Array) -> Array:
    """A mask of `wanted[g]` random candidates of each group g, or of all where there are fewer.
    `groups` holds a group's number per entry, `candidates` is a mask over the same entries."""
    mask = np.zeros(len(groups), bool)
    places = np.flatnonzero(candidates & (wanted[groups] > 0))
    places = places[np.lexsort((keys(len(places)), groups[places]))]
    own = groups[places]
    starts = np.flatnonzero(np.diff(own, prepend=-1))
    sizes = np.diff(np.append(starts, len(own)))
    rank = np.arange(len(own)) - np.repeat(starts, sizes)
    mask[places[rank < wanted[own]]] = True
    return mask


def fresh_codes(count: int) -> Array:
    """Different random codes of twelve letters, as bytes."""
    while True:
        drawn = np.frombuffer(secrets.token_bytes(CODE_LENGTH * count), np.uint8) & 15
        codes = _LETTERS[drawn].view(f"S{CODE_LENGTH}")
        if len(np.unique(codes)) == count:
            return codes
