"""Languages of questionnaires and information sheets. Pure."""

from collections.abc import Iterable

from assessments.documents import DEFAULT_LANGUAGE

# As their speakers write them; any other is shown by its code.
_NAMES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ht": "Kreyòl ayisyen",
    "kea": "Kriolu",
    "pt": "Português",
    "pt-BR": "Português (Brasil)",
    "vi": "Tiếng Việt",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "so": "Soomaali",
    "ru": "Русский",
}


def named(language: str) -> str:
    """The language's own name."""
    return _NAMES.get(language, language)


def shared(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    """Languages that both have, English first; English alone where they share none."""
    both = set(first) & set(second)
    ordered = sorted(both, key=lambda language: (language != DEFAULT_LANGUAGE, language))
    return tuple(ordered) or (DEFAULT_LANGUAGE,)
