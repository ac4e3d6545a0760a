"""Files to try the imports with, of invented people: a roster as offices send it, paper surveys."""

import csv
from pathlib import Path
from random import Random

from assessments.instruments import InstrumentSpec
from assessments.responses_file import columns_for
from assessments.studies import StudySpec
from lms.demo.answers import answer_all, draw_person
from lms.demo.names import FIRST, LAST

PEOPLE_ON_PAPER = 64
ROSTER = """\
Autumn class, list of seats;;;;;;;
;;;;;;;
E-mail ;Given name;Surname;Dept;Discipline;Rank;Enrolled as;Notes
sean.obrien@bpd.example.org;Seán;O'Brien;BPD;Police;Officer;Volunteered;
begona.munoz@ems.example.org; Begoña;Muñoz;Boston EMS;EMS;EMT;Assigned;vegetarian
ngoc.dang@fens-university.example.org;Ngọc;Đặng;fens-university;Campus police;Officer;Assigned;
lucia.pires@bpd.example.org;Lúcia;Pires;Boston Police Department;Sworn;Sergeant;;night shift
"""


def write_roster(path: Path) -> None:
    """A small roster with what spreadsheets add: a title, an empty line, stray spaces."""
    path.write_text(ROSTER, encoding="utf-8-sig")


def write_responses(
    path: Path, study: StudySpec, instrument: InstrumentSpec, random: Random
) -> None:
    """Paper surveys of two classes before and after; some people filled in only the first."""
    columns = columns_for(study, instrument)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns)
        out.writeheader()
        for number in range(1, PEOPLE_ON_PAPER + 1):
            person = draw_person(instrument, random)
            head = {
                "participant": f"{random.choice(FIRST)[0]}{random.choice(LAST)[0]}-{number:03}",
                "cohort": "spring" if number <= PEOPLE_ON_PAPER // 2 else "autumn",
                "workforce": "sworn" if random.random() < 0.8 else "ems",
            }
            for after in (False, True):
                if not after or random.random() < 0.8:
                    wave = study.wave_codes[after]
                    answers = answer_all(person, instrument, after=after, random=random)
                    out.writerow(head | {"wave": wave} | answers)
