import json
from pathlib import Path
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """Refuses aliases: a few lines of them unfold to more than any memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(
                None, None, "refers to its own parts (*name); write them out", event.start_mark
            )
        return super().compose_node(parent, index)


def read_document(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds. Raises ValueError with line and column of what is wrong."""
    try:
        return parse_document(path.read_bytes())
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error


def parse_document(content: bytes) -> dict[str, Any]:
    """The mapping that the bytes of a YAML file say, of nothing but text, numbers, lists and
    mappings. Raises ValueError like `read_document`."""
    try:
        document = yaml.load(content.decode("utf-8-sig"), _Loader)  # noqa: S506 - a safe loader
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
