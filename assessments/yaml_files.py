import json
from pathlib import Path
from typing import Any

import yaml


def read_document(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds. Raises ValueError with line and column of what is wrong."""
    try:
        return document_in(path.read_bytes())
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error


def document_in(content: bytes) -> dict[str, Any]:
    """The mapping that YAML text holds, of nothing but text, numbers, lists and mappings. Raises
    ValueError with line and column of what is wrong."""
    try:
        text = content.decode("utf-8-sig")
        # A few lines that refer to each other can stand for more than a machine holds.
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise ValueError("refers to its own parts (*name); write them out")
        document = yaml.safe_load(text)
        json.dumps(document, allow_nan=False)
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8 text") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"{place}{getattr(error, 'problem', error)}") from error
    except TypeError as error:
        raise ValueError("holds a date or the like; put it into quotes") from error
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    if not isinstance(document, dict):
        raise ValueError("holds no mapping")
    return document
