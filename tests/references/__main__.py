"""Has R work out the references anew: python -m tests.references [NAME...]

Needs R 4.2 with psych, lme4, nlme, metafor, jsonlite and yaml (Debian: r-cran-psych, r-cran-lme4,
r-cran-metafor, r-cran-jsonlite, r-cran-yaml). A reference is replaced only by one that R finished.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.references.sets import DATA, SETS, responses


def make(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "responses.csv"
        file.write_bytes(responses(name))
        script = DATA / "r" / "reference.R"
        told = subprocess.run(
            ["Rscript", script, DATA / name, file], check=True, stdout=subprocess.PIPE
        )
    (DATA / name / "reference.json").write_bytes(told.stdout)


if __name__ == "__main__":
    for one in sys.argv[1:] or SETS:
        print(one)
        make(one)
