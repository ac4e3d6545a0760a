"""Forms about seats: asking for one, nominating people, and how a cohort's seats are given out."""

from collections.abc import Collection, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.actions import change_sign_up, enrol
from courses.actions.sign_up import settings_of
from courses.models import Cohort, Enrolment, EnrolmentState, SignUp
from courses.models.enrolment import EnrolledAs
from courses.seats.seating import Limit, sworn_share
from courses.words.codes import roster_reason
from courses.words.refusals import refusal_words
from lms.accounts.meanwhile import sent_along, shown_by
from lms.accounts.models import Agency, User

MOST_SEATS = 1000
MOST_HOURS = 24 * 28
NEW_QUOTAS = 3
MOST_QUOTAS = 200


class AskForm(forms.Form):
    """Whether somebody asks by their own wish."""

    enrolled_as = forms.ChoiceField(
        label=gettext_lazy("Why do you sign up?"),
        help_text=gettext_lazy("Both are fine. It is counted, never held for or against you."),
        choices=[
            (EnrolledAs.VOLUNTEERED, gettext_lazy("I want to")),
            (EnrolledAs.ASSIGNED, gettext_lazy("My agency asked me to")),
        ],
        widget=forms.RadioSelect,
    )


class SeatOneForm(forms.Form):
    """Somebody with an account who gets a seat by their address."""

    email = forms.EmailField(label=gettext_lazy("Email"), max_length=254)

    def save(self, cohort: Cohort, *, by: User) -> Enrolment | None:
        """The seat, or None with an error on the form."""
        email = self.cleaned_data["email"]
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            self.add_error("email", _("We know nobody with this address. Import a roster instead."))
            return None
        try:
            seat = enrol(cohort=cohort, user=person, by=by)
        except ValidationError as error:
            self.add_error("email", refusal_words(error, by))
            return None
        if seat.state != EnrolmentState.ENROLLED:
            self.add_error("email", roster_reason("withdrawn"))
            return None
        return seat


class NominateForm(forms.Form):
    """Whom a supervisor nominates, of the people that are offered for it."""

    enrolled_as = forms.ChoiceField(
        label=gettext_lazy("Do they want to come?"),
        choices=[
            (EnrolledAs.VOLUNTEERED, gettext_lazy("They volunteered")),
            (EnrolledAs.ASSIGNED, gettext_lazy("They are assigned")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, people: QuerySet[User]) -> None:
        super().__init__(data)
        self.fields["people"] = forms.ModelMultipleChoiceField(
            label=_("People"),
            queryset=people,
            to_field_name="uuid",
            error_messages={"required": _("Choose at least one person.")},
        )


class SignUpForm(forms.Form):
    """How people come to the seats of a cohort, with a quota in each line: of sworn people, of all
    others, of each agency that has one, and of some more."""

    sign_up = forms.ChoiceField(
        label=gettext_lazy("Who can sign up"), choices=SignUp.choices, widget=forms.RadioSelect
    )
    capacity = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=MOST_SEATS)
    offer_hours = forms.IntegerField(
        label=gettext_lazy("Hours for which a seat from the waiting list is held"),
        help_text=gettext_lazy("Never longer than until the training begins."),
        min_value=1,
        max_value=MOST_HOURS,
    )

    shown = forms.CharField(widget=forms.HiddenInput(), required=False)

    def __init__(self, data: Any = None, *, cohort: Cohort) -> None:
        self.cohort = cohort
        self._stands = settings_of(cohort)
        self.quotas = list(cohort.quotas.order_by("pk"))
        super().__init__(data, initial=self._initial())
        for name, label in (
            ("sworn", _("Sworn officers, at most")),
            ("others", _("People who are not sworn officers, at most")),
        ):
            self.fields[name] = _most(label)
        self.fields["others"].help_text = self._by_the_course()
        for number in self._rows:
            self.fields[f"agency{number}"] = forms.TypedChoiceField(
                label=_("Agency"),
                choices=self._agencies,
                coerce=int,
                empty_value=None,
                required=False,
            )
            self.fields[f"most{number}"] = _most(_("Seats at most"))

    def quota_rows(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """The agency and the number of each line."""
        return ((self[f"agency{number}"], self[f"most{number}"]) for number in self._rows)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_share(data)
        for number in self._rows:
            agency, most = data.get(f"agency{number}"), data.get(f"most{number}")
            if agency is None and most is not None:
                self.add_error(f"agency{number}", _("Choose the agency."))
        return data

    def _check_share(self, data: dict[str, Any]) -> None:
        """A quota beyond what the course leaves would say something untrue."""
        capacity, others = data.get("capacity"), data.get("others")
        if capacity is None or others is None:
            return
        for share in sworn_share(capacity, self.cohort.version.sworn_min_percent):
            if others > share.most:
                told = {"most": share.most, "all": capacity}
                self.add_error(
                    "others", _("The course allows %(most)s of %(all)s seats, or fewer.") % told
                )

    def _by_the_course(self) -> str:
        cohort = self.cohort
        for share in sworn_share(cohort.capacity, cohort.version.sworn_min_percent):
            told = {"most": share.most, "all": cohort.capacity}
            return _("Empty: %(most)s of %(all)s seats, by the course.") % told
        return ""

    def save(self, *, by: User) -> Cohort | None:
        """The cohort as it is now, or None with an error on the form."""
        data, seen = self.cleaned_data, shown_by(self.cleaned_data["shown"])
        try:
            return change_sign_up(
                cohort=self.cohort,
                by=by,
                sign_up=data["sign_up"],
                capacity=data["capacity"],
                offer_hours=data["offer_hours"],
                quotas=list(self._limits()),
                seen=seen,
            )
        except ValidationError as error:
            self.add_error(None, error)
            if seen and getattr(error, "code", "") == "changed_meanwhile":
                self._show_again(seen, (error.params or {})["names"])
            return None

    def _show_again(self, seen: dict[str, Any], names: Collection[str]) -> None:
        """Sends along that these were told about: whoever saves again replaces them."""
        seen |= {name: self._stands.get(name) for name in names}
        data: Any = self.data
        data = data.copy()
        data["shown"] = sent_along(seen)
        self.data = data

    def _limits(self) -> Iterator[Limit]:
        data = self.cleaned_data
        for name, sworn in (("sworn", True), ("others", False)):
            if data[name] is not None:
                yield Limit(data[name], sworn=sworn)
        for number in self._rows:
            agency, most = data[f"agency{number}"], data[f"most{number}"]
            if agency is not None and most is not None:
                yield Limit(most, agency=agency)

    @property
    def _rows(self) -> range:
        """As many as there are agencies and new ones, and all that were sent."""
        rows = len(self._of_agencies) + NEW_QUOTAS
        while f"agency{rows}" in self.data and rows < MOST_QUOTAS:
            rows += 1
        return range(rows)

    @property
    def _of_agencies(self) -> list[Any]:
        return [one for one in self.quotas if one.sworn is None]

    @cached_property
    def _agencies(self) -> list[tuple[Any, str]]:
        return [("", _("Choose")), *Agency.objects.values_list("pk", "name")]

    def _initial(self) -> dict[str, Any]:
        cohort = self.cohort
        told: dict[str, Any] = {
            "shown": sent_along(self._stands),
            "sign_up": cohort.sign_up,
            "capacity": cohort.capacity,
            "offer_hours": cohort.offer_hours,
        }
        for quota in self.quotas:
            if quota.sworn is not None:
                told["sworn" if quota.sworn else "others"] = quota.most
        for number, quota in enumerate(self._of_agencies):
            told |= {f"agency{number}": quota.agency_id, f"most{number}": quota.most}
        return told


def _most(label: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_SEATS, required=False)
