"""How the demo's officers answer: a known model, so that the reported change can be held against
the true one. No Django here.

An item's answer is 1 plus the number of thresholds that a latent value lies above. The value is the
person's trait on the scale, plus how they are that day, plus the scale's true shift after the
training, plus noise; a reversed item sees its negative. Dropping out does not depend on traits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from statistics import NormalDist

from assessments.instruments import InstrumentSpec, Scale

THRESHOLDS = (-1.5, -0.5, 0.5, 1.5)
TRAIT_SD = 0.7
STATE_SD = 0.45
NOISE_SD = 0.8
# Latent starting point and true shift per scale: a modest effect on two, none on two.
START: Mapping[str, float] = {
    "social_distance": 0.1,
    "self_efficacy": 0.2,
    "deescalation_intentions": 0.6,
    "treatment_opinions": 0.3,
}
SHIFT: Mapping[str, float] = {
    "social_distance": -0.22,
    "self_efficacy": 0.3,
    "deescalation_intentions": 0.0,
    "treatment_opinions": 0.0,
}


@dataclass(frozen=True)
class Person:
    """One simulated person's latent trait per scale, and what they say of their work."""

    traits: Mapping[str, float]
    background: Mapping[str, str] = field(default_factory=dict)


def draw_person(
    instrument: InstrumentSpec, random: Random, background: Mapping[str, str] | None = None
) -> Person:
    traits = {scale.code: random.gauss(0, TRAIT_SD) for scale in instrument.scales}
    return Person(traits, background or {})


def answer_all(
    person: Person, instrument: InstrumentSpec, *, after: float, random: Random
) -> dict[str, int]:
    """Every item's answer, 1 to 5; about one in fifty is skipped. `after`: how much of the true
    shift there is, from 0 before the training to 1 straight after it."""
    answers: dict[str, int] = {}
    for scale in instrument.scales:
        level = START[scale.code] + after * SHIFT[scale.code]
        level += random.gauss(0, STATE_SD)
        for keyed in scale.items:
            value = person.traits[scale.code] + level
            latent = (-value if keyed.reversed else value) + random.gauss(0, NOISE_SD)
            if random.random() >= 0.02:
                answers[keyed.code] = 1 + sum(latent > threshold for threshold in THRESHOLDS)
    return answers


def true_change(scale: Scale, after: float = 1) -> float:
    """The model's expected change of a scale's mean score, after minus before, in scale points.

    A reversed item contributes its keyed answer, 6 - x, which has the same expectation as an
    item keyed straight, because the thresholds lie evenly around zero.
    """
    start = START[scale.code]
    return _expected(start + after * SHIFT[scale.code]) - _expected(start)


def _expected(level: float) -> float:
    latent = NormalDist(level, (TRAIT_SD**2 + STATE_SD**2 + NOISE_SD**2) ** 0.5)
    return 1 + sum(1 - latent.cdf(threshold) for threshold in THRESHOLDS)
