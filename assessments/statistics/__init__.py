"""Change statistics, reliability and multiplicity, each on plain arrays.

Every function takes numbers and returns numbers; None means that a value does not exist for these
data. A well-kept library computes what it computes right; the rest is written here from its
formula. Importing these modules imports scipy, so the web process imports them only through
functions that need them.
"""
