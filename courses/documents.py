"""Strict reading of documents: every fault is noted with its place, none stops the reading."""

from __future__ import annotations

import re
import reprlib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CODE_LIMIT = 32
_KEYWORD = re.compile(r"[a-z][a-z_]{0,39}")
_TITLE_LIMIT = 200
_PARAGRAPH_LIMIT = 2000
_T = TypeVar("_T")
Read = Callable[[object], _T]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it stands in the document (`modules[2] (autism).minutes`) and what it is."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class DocumentError(ValueError):
    """A file that holds no document. `problems` holds every fault found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FaultError(Exception):
    """Why one value cannot be taken."""


class Section:
    """One mapping of the document. A fault is noted with its place and the default returned, so
    that reading goes on and everything that is wrong is told at once."""

    def __init__(
        self,
        content: object,
        place: str,
        problems: list[Problem],
        keys: Collection[str],
        optional: Collection[str] = (),
    ) -> None:
        self.place, self.problems = place, problems
        self._content: Mapping[object, object] = {}
        if not isinstance(content, Mapping):
            problems.append(Problem(place or "course", f"{shown(content)} is not a mapping"))
            return
        self._content = content
        for key in keys:
            if key not in content and key not in optional:
                self.note(key, "is missing")
        for key in content:
            if key not in keys:
                self.note(shown(key), "is not a known key")

    def note(self, key: str, message: str) -> None:
        self.problems.append(Problem(f"{self.place}.{key}" if self.place else key, message))

    def value(self, key: str) -> object:
        return self._content.get(key)

    def read(self, key: str, reader: Read[_T], default: _T) -> _T:
        return self._try(key, self.value(key), reader, default) if key in self._content else default

    def optional(self, key: str, reader: Read[_T], default: _T) -> _T:
        return default if self.value(key) is None else self.read(key, reader, default)

    def entries(self, key: str) -> Sequence[object]:
        return self.read(key, a_list, ())

    def distinct(self, key: str, reader: Read[str]) -> tuple[str, ...]:
        entries = enumerate(self.entries(key))
        texts = tuple(self._try(f"{key}[{at}]", entry, reader, "") for at, entry in entries)
        for text in repeated(text for text in texts if text):
            self.note(key, f"{shown(text)} stands there more than once")
        return texts

    def section(self, key: str, keys: Collection[str], optional: Collection[str] = ()) -> Section:
        if key not in self._content:
            return Section({}, key, [], ())
        place = f"{self.place}.{key}" if self.place else key
        return Section(self.value(key), place, self.problems, keys, optional)

    def _try(self, key: str, value: object, reader: Read[_T], default: _T) -> _T:
        try:
            return reader(value)
        except FaultError as fault:
            self.note(key, f"{shown(value)} {fault}")
            return default


def a_whole_number(low: int, high: int, step: int = 1) -> Read[int]:
    kind = "a whole number" if step == 1 else f"a multiple of {step}"

    def read(value: object) -> int:
        # `type`, not isinstance: True is an int, and a text such as "60" is nobody's minutes.
        if type(value) is int and value in range(low, high + 1, step):
            return value
        raise FaultError(f"is not {kind} from {low} to {high}")

    return read


def one_of(allowed: Sequence[str]) -> Read[str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise FaultError(f"is not one of {', '.join(allowed)}")
        return value

    return read


def a_code(value: object) -> str:
    if not isinstance(value, str) or len(value) > CODE_LIMIT or not CODE.fullmatch(value):
        rule = f"lower-case letters, digits and single hyphens, at most {CODE_LIMIT}"
        raise FaultError(f"is not a code ({rule})")
    return value


def a_title(value: object) -> str:
    return _text(value, _TITLE_LIMIT)


def a_paragraph(value: object) -> str:
    return _text(value, _PARAGRAPH_LIMIT)


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise FaultError("is not a text")
    text = " ".join(value.split())
    if len(text) > limit:
        raise FaultError(f"has {len(text)} characters, the most is {limit}")
    # Databases refuse NUL, and half a surrogate pair cannot be written as UTF-8 at all.
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise FaultError("holds a control character")
    return text


def a_list(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise FaultError("is not a list")
    return value


def shown(value: object) -> str:
    """A value as an error message can hold it: short, on one line, whatever it is."""
    if isinstance(value, str) and _KEYWORD.fullmatch(value):
        return value
    try:
        return reprlib.repr(value).encode("utf-8", "backslashreplace").decode()
    except ValueError:
        # Python refuses to write out integers of more than 4,300 digits.
        return f"this {type(value).__name__}"


def repeated(values: Iterable[str]) -> list[str]:
    ordered = list(values)
    return [value for value in dict.fromkeys(ordered) if ordered.count(value) > 1]


def read_yaml(path: Path) -> Mapping[str, object]:
    """The mapping in a YAML file; Windows-1252 is read too. Raises DocumentError."""
    try:
        text = _decoded(path.read_bytes())
        problems = list(_repeated_keys(yaml.compose(text, Loader=yaml.SafeLoader), path.name))
        document: Mapping[str, object] = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        problems = [Problem(_at(path.name, error.problem_mark), error.problem or "is not YAML")]
    except OSError as error:
        problems = [Problem(path.name, f"cannot be read: {error.strerror}")]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problems = [Problem(path.name, f"is not YAML: {' '.join(str(error).split())}")]
    if problems:
        raise DocumentError(problems)
    return document


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _at(name: str, mark: yaml.Mark | None) -> str:
    return f"{name}, line {mark.line + 1}, column {mark.column + 1}" if mark else name


def _repeated_keys(root: yaml.Node | None, name: str) -> Iterator[Problem]:
    """Keys given twice in one mapping: YAML's loader would keep the last without a word."""
    waiting: list[yaml.Node | None] = [root]
    met: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in met:
            continue
        met.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += reversed(node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in reversed(node.value)]
            yield from _repeated_in(node, name)


def _repeated_in(node: yaml.MappingNode, name: str) -> Iterator[Problem]:
    met: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in met:
            message = f"the key {shown(key.value)} stands there twice"
            yield Problem(_at(name, key.start_mark), message)
        met.add(str(key.value))
