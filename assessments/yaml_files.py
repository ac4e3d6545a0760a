from pathlib import Path
from typing import Any

import yaml


def read_document(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds. Raises ValueError with line and column of what is wrong."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8 text") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"{place}{getattr(error, 'problem', error)}") from error
    if not isinstance(document, dict):
        raise ValueError("holds no mapping")
    return document
