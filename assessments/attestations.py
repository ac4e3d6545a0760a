"""What whoever asks for released data attests to.

The words that somebody saw are kept with the release. Whoever changes them counts VERSION up, so
that a form that was opened before is refused and shows the new ones.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.studies import StudySpec

VERSION = "2"


@dataclass(frozen=True)
class Attestation:
    """A version of the words, with each sentence."""

    version: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.sentences)


def attestation(study: StudySpec) -> Attestation:
    """The words for one study, in the reader's language."""
    return Attestation(
        VERSION,
        (
            _("These data are used for the purpose above and for nothing else."),
            _("Nobody tries to find out who is in them, or to link them to other data on people."),
            _("Everybody in them stands among at least five people alike, and no more is sure."),
            _("They stay with the person they are for, who keeps them where nobody else can read."),
            _("No figure about fewer than %(n)s people is published from them.")
            % {"n": study.threshold},
            _("Whoever recognizes somebody in them by chance tells nobody but the review board."),
            _("All copies are deleted by the day on which they expire."),
            _("The person they are for has read this and agrees to it."),
        ),
    )
