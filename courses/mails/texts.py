"""What the mails about cohorts say, until an editor writes something else."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from lms.accounts.message_kinds import Placeholder, Words

FIRST_NAME = Placeholder("first_name", _("the first name of who reads it"), "Rosa")
COURSE = Placeholder("course", _("the course"), _("Crisis Intervention Team training"))
LINK = Placeholder("link", _("the page where it goes on"), "https://training.example.org/learn/")
DAYS = Placeholder(
    "days",
    _("the reader's days, a line for each"),
    _("Monday, November 30, 8 a.m. to 5 p.m., Police Academy"),
)
ONLINE = Placeholder(
    "online",
    _("what is to be done on line before, a line for each; nothing where there is none"),
    _("By Friday, November 27, on line: Before you begin"),
)
CALENDAR = Placeholder(
    "calendar",
    _("what to do with the calendar files; nothing where none are attached"),
    _("Each day is attached for your calendar."),
)
OUT_OF_THE_CALENDAR = replace(
    CALENDAR,
    label=_("how the days come out of a calendar; nothing where they were never in it"),
    example=_("Open the attached files, and these days come out of your calendar."),
)
_PAGE = _("Open your training page")


def _words(subject, body, *placeholders, needed=(), link=_PAGE):  # type: ignore[no-untyped-def]
    return Words(subject, body, (FIRST_NAME, COURSE, *placeholders, LINK), needed, link)


INVITATION = _words(
    _("You have a seat: {course}"),
    _(
        "Hello {first_name},\n\n"
        "You have a seat in {course}. These are your days:\n\n"
        "{days}\n\n{online}\n\n{calendar}\n\n"
        "Your schedule, your hours and what to do next are on your training page.\n\n{link}"
    ),
    DAYS,
    ONLINE,
    CALENDAR,
    needed=("days",),
)
TEACHING = _words(
    _("You teach: {course}"),
    _(
        "Hello {first_name},\n\n"
        "The schedule of {course} is out. This is what you teach:\n\n"
        "{days}\n\n{calendar}\n\n"
        "If you cannot be there, tell the training office now, so that somebody else can.\n\n{link}"
    ),
    DAYS,
    CALENDAR,
    needed=("days",),
    link=_("Open the portal"),
)
SCHEDULE = _words(
    _("Changed: {course}"),
    _(
        "Hello {first_name},\n\n"
        "The schedule of {course} has changed. For you this is new:\n\n"
        "{changes}\n\n{calendar}\n\nEverything else stays as it was.\n\n{link}"
    ),
    Placeholder(
        "changes",
        _("what changes for the reader, a line for each"),
        _("Now Tuesday, December 1, 8 a.m. to 5 p.m. Was Monday, November 30."),
    ),
    CALENDAR,
    needed=("changes",),
)
CANCELLED = _words(
    _("Not held: {course}"),
    _(
        "Hello {first_name},\n\n"
        "{course}, which was to begin on {first_day}, is not held. You need not come.\n\n"
        "The reason: {reason}\n\n"
        "{calendar}\n\nThe training office will tell you about another date.\n\n{link}"
    ),
    Placeholder("first_day", _("the day it was to begin"), _("Monday, November 30")),
    Placeholder(
        "reason",
        _("why it is not held, as whoever called it off wrote it"),
        _("A water pipe has burst at the Police Academy."),
    ),
    OUT_OF_THE_CALENDAR,
    needed=("reason",),
)
LEFT = _words(
    _("Your seat was given up: {course}"),
    _(
        "Hello {first_name},\n\n"
        "You no longer have a seat in {course}. What you have earned there stays yours.\n\n"
        "{calendar}\n\nIf this is a mistake, tell the training office.\n\n{link}"
    ),
    OUT_OF_THE_CALENDAR,
)
DECLINED = _words(
    _("No seat for you: {course}"),
    _(
        "Hello {first_name},\n\n"
        "The training office cannot give you a seat in this class of {course}.\n\n"
        "{reason}\n\n"
        "The page of the class says whether you can ask again, and others may be open to you."
        "\n\n{link}"
    ),
    Placeholder(
        "reason",
        _("why, as whoever declined wrote it; nothing where no reason was given"),
        _("The training office writes: This class is for dispatchers."),
    ),
    needed=("reason",),
    link=_("See the class"),
)
OFFER = _words(
    _("A seat is free for you: {course}"),
    _(
        "Hello {first_name},\n\n"
        "A seat in {course} has come free, and you are next. It is held for you until {until};"
        " after that it goes to the next person in line.\n\n{days}\n\n{link}"
    ),
    Placeholder("until", _("until when the seat is held"), _("Wednesday, December 2, 9 a.m.")),
    DAYS,
    needed=("until", "link"),
    link=_("Take the seat, or decline it"),
)
REMINDER = _words(
    _("It begins on {first_day}: {course}"),
    _(
        "Hello {first_name},\n\n"
        "{course} begins on {first_day} at {hour}, at {place}.\n\n{online}\n\n"
        "If you cannot come, give your seat up now, so that somebody else can have it.\n\n{link}"
    ),
    Placeholder("first_day", _("the reader's first day"), _("Monday, November 30")),
    Placeholder("hour", _("when it begins"), _("8 a.m.")),
    Placeholder("place", _("where, with the address"), _("Police Academy, 85 Williams Avenue")),
    ONLINE,
    needed=("first_day", "hour"),
)
MISSED = _words(
    _("Hours that you missed: {course}"),
    _(
        "Hello {first_name},\n\n"
        "The roll says that you missed a part of {course}:\n\n{missed}\n\n"
        "Book a session that suits you on your page of make-ups: you come as a guest of that"
        " class. If none suits you, ask the training office.\n\n"
        "You were there? Tell your trainer: a roll can be corrected.\n\n{link}"
    ),
    Placeholder(
        "missed",
        _("each module with its missing minutes, and where it is taught again"),
        _("Psychosis: 90 minutes. Taught again on Tuesday, January 12, 10:30 a.m."),
    ),
    needed=("missed",),
    link=_("Choose a session"),
)
_WHERE_AND_WHEN = (
    Placeholder("module", _("the module that is made up, or how many"), _("Psychosis")),
    Placeholder("when", _("day and hours"), _("Tuesday, January 12, 10:30 a.m. to noon")),
    Placeholder(
        "modules",
        _("of several at once each with its hours; of one nothing"),
        _("- Tuesday, January 12, 10:30 a.m. to noon: Psychosis"),
    ),
)
MAKE_UP = _words(
    _("Booked: {module} on {when}"),
    _(
        "Hello {first_name},\n\n"
        "You make up {module} of {course} on {when}, at {place}. You are on that day's roll."
        "\n\n{modules}\n\n{calendar}\n\n{link}"
    ),
    *_WHERE_AND_WHEN,
    Placeholder("place", _("where, with the address"), _("Police Academy, 85 Williams Avenue")),
    replace(CALENDAR, example=_("A file is attached for your calendar.")),
    needed=("module", "when"),
)
MAKE_UP_OFF = _words(
    _("No longer booked: {module}"),
    _(
        "Hello {first_name},\n\n"
        "What you were to make up on {when}, {module} of {course}, is no longer booked for you."
        "\n\n{modules}\n\n{calendar}\n\n"
        "Your training page shows what is still missing.\n\n{link}"
    ),
    *_WHERE_AND_WHEN,
    replace(
        OUT_OF_THE_CALENDAR,
        example=_("Open the attached file, and this day comes out of your calendar."),
    ),
    needed=("module",),
)
