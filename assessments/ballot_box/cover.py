"""Who is written along with whom. No Django here.

Copies of the database from two moments show which ballots changed in between. So nobody's ballot is
ever written alone: it goes in with others, all with a new outer layer, in the order of their tags.
"""

from collections.abc import Collection


def block_of(tags: Collection[str], own: Collection[str], size: int) -> list[str]:
    """The tags to write when those of `own` change: whole blocks of `size` neighbours in the order
    of the tags, the last one longer, or all where there are fewer.

    The same neighbours every time and none drawn at random: whoever compared several of a person's
    writes would find the one ballot that is in all of them.
    """
    ordered = sorted(tags)
    blocks = max(len(ordered) // max(size, 1), 1)
    wanted = {min(ordered.index(tag) // max(size, 1), blocks - 1) for tag in own}
    return [
        tag for place, tag in enumerate(ordered) if min(place // max(size, 1), blocks - 1) in wanted
    ]
