"""Microdata releases: a study's rows as they may leave, everybody among k people who cannot be told
apart, in one release and in all of them together. numpy at import, pandas when it runs."""

from assessments.microdata.classes import Classes
from assessments.microdata.columns import ReleaseError
from assessments.microdata.release import LEAST_K, Microdata, make_release
from assessments.microdata.told import Told

__all__ = ["LEAST_K", "Classes", "Microdata", "ReleaseError", "Told", "make_release"]
