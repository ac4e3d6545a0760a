"""The demo's agencies and people."""

import unicodedata
from dataclasses import dataclass, field
from random import Random

from django.contrib.auth.hashers import make_password

from lms.accounts.actions import grant_role
from lms.accounts.models import Agency, User, Workforce
from lms.demo.names import FIRST, LAST

# A passphrase anybody may read: demo accounts exist only where demo data is allowed.
PASSWORD = "two lanterns in the tower"  # noqa: S105
OFFICERS = 288

AGENCIES = [
    ("bpd", "Boston Police Department", Workforce.SWORN, "Officer", 0.8),
    ("ems", "Boston EMS", Workforce.EMS, "EMT", 0.12),
    ("fens-university", "Fens University Police", Workforce.CAMPUS_POLICE, "Officer", 0.08),
]
# Some districts are larger than others. Of the smallest, little can be told by shift: what is known
# of a few people is held back.
DISTRICTS = [
    *["District A-1"] * 4,
    *["District B-2"] * 3,
    *["District B-3"] * 3,
    *["District C-11"] * 3,
    "District E-18",
]
STAFF = [
    ("coordinator", "Teresa", "Almeida", "coordinator", None),
    ("trainer", "Maria", "Reyes", "trainer", "bpd"),
    ("evaluator", "Ingrid", "Lindqvist", "evaluator", None),
    ("supervisor", "Patrick", "Doherty", "supervisor", "ems"),
    ("editor", "Naomi", "Clarke", "editor", None),
    ("administrator", "Kofi", "Mensah", "administrator", None),
]
INSTRUCTORS = [
    ("Sgt. Daniel", "Fonseca", "bpd", "Sergeant, CIT lead"),
    ("Det. Imani", "Brooks", "bpd", "Detective, CIT instructor"),
    ("Kelechi", "Okafor", None, "LICSW"),
    ("Dr. Hana", "Weiss", None, "Psychiatrist"),
]
# Who else teaches, by what they are called in the cast; they hold no role and teach by invitation.
GUESTS = [
    ("attorney", "Rosalind", "Peck", None, "Assistant general counsel"),
    ("speaker", "Jonah", "Whitfield", None, "Peer specialist"),
    ("speaker_two", "Tamsin", "Oyelaran", None, "Peer specialist"),
    ("family_member", "Denise", "Carvalho", None, "Family advocate"),
    ("assessor", "Lt. Brendan", "Keane", "bpd", "Lieutenant, assessor"),
    ("facilitator", "Dr. Amara", "Nwosu", None, "Facilitator"),
    ("dispatcher", "Luis", "Ferrer", "ems", "Dispatch supervisor"),
    ("trainee", "Marcus", "Hale", "bpd", "Officer"),
    ("lapsed", "Gwen", "Tate", None, "LMHC"),
]


@dataclass
class Cast:
    """Everybody in the demo: staff by role, who teaches, guests who teach by what they are called,
    and the officers in random order."""

    agencies: dict[str, Agency]
    staff: dict[str, User] = field(default_factory=dict)
    officer_instructors: list[User] = field(default_factory=list)
    clinicians: list[User] = field(default_factory=list)
    guests: dict[str, User] = field(default_factory=dict)
    officers: list[User] = field(default_factory=list)


def _ascii(name: str) -> str:
    plain = unicodedata.normalize(
        "NFKD", name.replace("Đ", "D").replace("Ł", "L").replace("ł", "l")
    )
    return "".join(c for c in plain.lower() if c.isascii() and (c.isalnum() or c == "-"))


def create_people(random: Random) -> Cast:
    """Creates agencies and people; everybody signs in with the same printed passphrase."""
    agencies = {
        code: Agency.objects.get_or_create(code=code, defaults={"name": name})[0]
        for code, name, *_ in AGENCIES
    }
    cast = Cast(agencies)
    hashed = make_password(PASSWORD)
    for role, first, last, granted, scope in STAFF:
        home = agencies[scope or "bpd"]
        user = _person(f"{role}@example.org", first, last, home, hashed)
        grant_role(user=user, role=granted, by=None, agency=agencies[scope] if scope else None)
        cast.staff[role] = user
    for first, last, scope, title in INSTRUCTORS:
        user = _instructor(first, last, agencies[scope] if scope else None, title, hashed)
        grant_role(user=user, role="trainer", by=None, agency=agencies["bpd"])
        (cast.officer_instructors if scope else cast.clinicians).append(user)
    for called, first, last, scope, title in GUESTS:
        employer = agencies[scope] if scope else None
        cast.guests[called] = _instructor(first, last, employer, title, hashed)
    cast.officers = _officers(agencies, hashed, random)
    return cast


def _instructor(first: str, last: str, employer: Agency | None, title: str, hashed: str) -> User:
    email = f"{_ascii(first.split()[-1])}.{_ascii(last)}@example.org"
    work = Workforce.SWORN if employer else Workforce.BEHAVIORAL_HEALTH
    return _person(email, first, last, employer, hashed, rank=title, workforce=work)


def _officers(agencies: dict[str, Agency], hashed: str, random: Random) -> list[User]:
    people: list[User] = []
    seen: set[str] = set()
    weights = [share for *_, share in AGENCIES]
    while len(people) < OFFICERS:
        first, last = random.choice(FIRST), random.choice(LAST)
        code, _, workforce, rank, _ = random.choices(AGENCIES, weights)[0]
        email = f"{_ascii(first)}.{_ascii(last)}@{code}.example.org"
        if email in seen:
            continue
        seen.add(email)
        people.append(
            _person(
                email,
                first,
                last,
                agencies[code],
                hashed,
                workforce=workforce,
                rank=rank if random.random() < 0.85 else "Sergeant",
                unit=random.choice(DISTRICTS) if code == "bpd" else "",
                shift=random.choice(["Day", "Evening", "Night"]),
                employee_id=str(random.randint(100000, 999999)),
            )
        )
    return people


def _person(
    email: str, first: str, last: str, agency: Agency | None, hashed: str, **fields: str
) -> User:
    user = User.objects.create_user(
        email, None, first_name=first, last_name=last, agency=agency, **fields
    )
    user.password = hashed
    user.save(update_fields=["password"])
    return user
