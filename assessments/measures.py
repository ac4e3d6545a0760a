"""What an instrument consists of, once read: items, blocks, keyed scales, and answers to them.

Nothing here is written down twice: which items count, which are reversed, which direction is a
benefit and which waves may be compared is declared by the instrument's document.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

from assessments.documents import Texts, by_language, text_in
from assessments.response_scales import Answer, ResponseScale


class AnswerError(ValueError):
    """Answers were refused.

    `problems` maps item codes to `unknown_item`, `not_a_number`, `not_whole`, `out_of_range`,
    `not_text` or `too_long`.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{code}: {why}" for code, why in self.problems.items()))


@dataclass(frozen=True)
class ShowIf:
    """An item is asked only if an earlier one of its section was answered with one of `values`."""

    item: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """Neighbouring items under one text: a case to be read first (`vignette`), or a stem that
    statements answered on one response scale complete (`matrix`)."""

    code: str
    kind: str
    text: Texts

    def text_in(self, language: str) -> str:
        return text_in(self.text, language)


@dataclass(frozen=True)
class Item:
    """One question; `section` says on which page of the survey it stands, `block` the code of the
    block it belongs to, if any."""

    code: str
    section: int
    text: Texts
    scale: ResponseScale
    block: str = ""
    show_if: ShowIf | None = None

    def text_in(self, language: str) -> str:
        return text_in(self.text, language)

    def is_asked(self, answers: Mapping[str, object]) -> bool:
        """Whether what was answered before leads to this item."""
        return self.show_if is None or answers.get(self.show_if.item) in self.show_if.values


@dataclass(frozen=True)
class Group:
    """Neighbouring items of a section as they are shown: those of one block, or of none."""

    block: Block | None
    items: tuple[Item, ...]


@dataclass(frozen=True)
class KeyedItem:
    """An item's part in a scale; a reversed one counts as min + max - x."""

    code: str
    reversed: bool


@dataclass(frozen=True)
class Scale:
    """One construct scored from items; `better` says which direction is a benefit."""

    code: str
    title: Texts
    items: tuple[KeyedItem, ...]
    score: str
    min_answered: int
    better: str

    @property
    def item_codes(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.items)

    def title_in(self, language: str) -> str:
        return text_in(self.title, language)


@dataclass(frozen=True)
class NotComparable:
    """Waves between which one scale does not mean the same."""

    scale: str
    waves: tuple[str, ...]


@dataclass(frozen=True)
class InstrumentSpec:
    """One published version of an instrument. It never changes."""

    code: str
    version: int
    title: Texts
    licence: str
    citation: str
    response_scales: Mapping[str, ResponseScale]
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    not_comparable: tuple[NotComparable, ...] = ()
    section_titles: Mapping[int, Texts] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @cached_property
    def _scales(self) -> dict[str, Scale]:
        return {scale.code: scale for scale in self.scales}

    @property
    def sections(self) -> list[int]:
        """Section numbers in the order in which they are asked."""
        return sorted({item.section for item in self.items})

    def items_of(self, section: int) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.section == section)

    def groups_of(self, section: int) -> tuple[Group, ...]:
        """The section's items as they are shown, block by block."""
        blocks = {block.code: block for block in self.blocks}
        return tuple(
            Group(blocks.get(code), tuple(items))
            for code, items in groupby(self.items_of(section), key=lambda item: item.block)
        )

    @property
    def numeric_items(self) -> tuple[Item, ...]:
        """The items that can be counted: all but free text."""
        return tuple(item for item in self.items if not item.scale.is_text)

    def without_free_text(self) -> "InstrumentSpec":
        """The instrument as a study asks it that takes no free text."""
        return replace(self, items=self.numeric_items)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in which every text is given, English first."""
        shared = set.intersection(*(set(texts) for texts in self._texts()))
        return tuple(by_language(shared))

    def _texts(self) -> Iterator[Texts]:
        yield self.title
        yield from self.section_titles.values()
        for scale in self.response_scales.values():
            yield from scale.labels.values()
        yield from (block.text for block in self.blocks)
        yield from (item.text for item in self.items)
        yield from (scored.title for scored in self.scales)

    def item(self, code: str) -> Item:
        """Raises KeyError for an unknown code."""
        return self._items[code]

    def scale(self, code: str) -> Scale:
        """Raises KeyError for an unknown code."""
        return self._scales[code]

    def title_in(self, language: str) -> str:
        return text_in(self.title, language)

    def section_title(self, section: int, language: str) -> str:
        """The section's title, or empty text where the instrument gives none."""
        return text_in(self.section_titles.get(section, {}), language)

    def comparable(self, scale: str, first: str, second: str) -> bool:
        """Whether a scale means the same in both waves."""
        return not any(
            rule.scale == scale and first in rule.waves and second in rule.waves
            for rule in self.not_comparable
        )

    def validate_answers(self, answers: Mapping[str, object]) -> dict[str, Answer]:
        """Answers as they are kept, by item code; None and empty text count as not answered.

        Numbers may arrive as text (forms, CSV). Answers to items that other answers do not lead to
        are dropped. Raises AnswerError for unknown items, what is no number, fractions on a likert
        scale, what lies outside the item's range, and text that is too long.
        """
        problems = {str(code): "unknown_item" for code in answers if code not in self._items}
        kept: dict[str, Answer] = {}
        for code, item in self._items.items():
            if answers.get(code) in (None, "") or not item.is_asked(kept):
                continue
            answer, problem = item.scale.read(answers[code])
            if problem:
                problems[code] = problem
            elif answer != "":
                kept[code] = answer
        if problems:
            raise AnswerError(problems)
        return kept
