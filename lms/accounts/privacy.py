"""Every model field is born with a privacy class; a repository test refuses one without."""

from enum import StrEnum


class Privacy(StrEnum):
    """Who may ever see a field's value."""

    PUBLIC = "public"  # anybody, on the public site
    OFFICE = "office"  # the organisation's records; says nothing about a person
    PERSONAL = "personal"  # about one person: that person, and roles that see people
    SECRET = "secret"  # never shown, never exported
    SEALED = "sealed"  # ciphertext of answers, or a tag that only a key can compute
    AGGREGATE = "aggregate"  # figures about groups that have passed disclosure control
