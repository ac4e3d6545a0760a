"""The pack of a release: the files in which released rows leave, for SPSS, Stata, R, Python and
spreadsheets, with everything that is needed to understand and to check them.

Pure. pandas, pyarrow and pyreadstat are imported by the functions that need them.
"""

from assessments.packs.about import About
from assessments.packs.reading import DoubledResponse, UnknownWave
from assessments.packs.variables import UnknownColumn
from assessments.packs.writing import write_pack

__all__ = ["About", "DoubledResponse", "UnknownColumn", "UnknownWave", "write_pack"]
