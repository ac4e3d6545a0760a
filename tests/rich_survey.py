"""A questionnaire with everything that can be asked, in English and Spanish."""

from typing import Any

from tests.surveys import Survey, make_survey

TITLE = {"en": "On a night shift", "es": "En un turno de noche"}
SECTION = {"en": "A call at the library", "es": "Una llamada en la biblioteca"}
CASE = {
    "en": "A man has sat on the steps of a library for an hour. He talks to somebody you cannot see.",
    "es": "Un hombre lleva una hora sentado en las escaleras. Habla con alguien a quien usted no ve.",
}
STEM = {"en": "On a night shift I can reach", "es": "En un turno de noche puedo contactar con"}
AGREE = {
    1: {"en": "Strongly disagree", "es": "Totalmente en desacuerdo"},
    2: {"en": "Disagree", "es": "En desacuerdo"},
    3: {"en": "Neither agree nor disagree", "es": "Ni de acuerdo ni en desacuerdo"},
    4: {"en": "Agree", "es": "De acuerdo"},
    5: {"en": "Strongly agree", "es": "Totalmente de acuerdo"},
}
ITEMS: list[dict[str, Any]] = [
    {
        "code": "SIT",
        "section": 1,
        "scale": "agree5",
        "block": "V1",
        "text": {"en": "I would sit down beside him.", "es": "Me sentaría a su lado."},
    },
    {
        "code": "WHY",
        "section": 1,
        "scale": "words",
        "block": "V1",
        "text": {"en": "What would you say first?", "es": "¿Qué diría primero?"},
        "show_if": {"item": "SIT", "is": [4, 5]},
    },
    {
        "code": "MIN",
        "section": 1,
        "scale": "minutes",
        "text": {
            "en": "How many minutes would you take?",
            "es": "¿Cuántos minutos le dedicaría?",
        },
    },
    {
        "code": "CLI",
        "section": 2,
        "scale": "agree5",
        "block": "M1",
        "text": {"en": "a clinician.", "es": "un profesional clínico."},
    },
    {
        "code": "BED",
        "section": 2,
        "scale": "agree5",
        "block": "M1",
        "text": {"en": "a bed in a shelter.", "es": "una cama en un refugio."},
    },
    {
        "code": "SURE",
        "section": 2,
        "scale": "sure",
        "text": {"en": "How sure are you of that?", "es": "¿Qué tan seguro está de eso?"},
    },
]


def rich_document() -> dict[str, Any]:
    return {
        "code": "rich",
        "version": 1,
        "title": TITLE,
        "licence": "none",
        "citation": "none",
        "section_titles": {1: SECTION},
        "response_scales": {
            "agree5": {"type": "likert", "min": 1, "max": 5, "labels": AGREE},
            "sure": {"type": "likert", "min": 0, "max": 10},
            "minutes": {"type": "number", "min": 0, "max": 600},
            "words": {"type": "text", "max_length": 500},
        },
        "blocks": [
            {"code": "V1", "kind": "vignette", "text": CASE},
            {"code": "M1", "kind": "matrix", "text": STEM},
        ],
        "items": ITEMS,
        "scales": [
            {
                "code": "reach",
                "title": TITLE,
                "items": ["CLI", "BED"],
                "score": "mean",
                "min_answered": 1,
                "better": "higher",
            }
        ],
    }


def make_rich_survey(people: int = 3, **protocol: Any) -> Survey:
    """All of it asked, free text too, and one question about the person at the end."""
    asked = {
        "title": TITLE,
        "instrument": "rich",
        "primary": "reach",
        "family": ["reach"],
        "free_text": True,
        "information_sheet": {
            "version": "1",
            "text": {
                "en": "Who asks, and why.\n\nYour choice.",
                "es": "Quién pregunta y por qué.\n\nUsted decide.",
            },
        },
    }
    return make_survey(people, ("service_band",), rich_document(), **(asked | protocol))
