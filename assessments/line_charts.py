"""Geometry of lines over waves: numbers for an SVG template, no markup. Pure."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assessments.dot_plots import ticks_around


@dataclass(frozen=True)
class Value:
    """A figure at one wave, with its interval where it has one."""

    value: float
    text: str
    low: float | None = None
    high: float | None = None

    @property
    def ends(self) -> tuple[float, float]:
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        return low, high


@dataclass(frozen=True)
class Line:
    """One group over the waves; None where a wave has no figure. `other`: drawn dashed, with hollow
    dots."""

    values: Sequence[Value | None]
    other: bool = False


@dataclass(frozen=True)
class Layout:
    """Measures of one drawing."""

    name: str
    width: int
    left: float
    right: float
    top: float
    height: float


WIDE = Layout("wide", 700, 110.0, 590.0, 14.0, 200.0)
THIN = Layout("thin", 280, 62.0, 236.0, 14.0, 190.0)
BELOW, LINE = 20.0, 16.0
ROOM = 0.1
"""Figures stand above and below the outermost dots: a share of what the axis has to reach."""
LETTER = 7.5
"""About the width of a letter."""


@dataclass(frozen=True)
class Level:
    """A grid line with its label; `zero` is the line of no change."""

    y: float
    label: str
    zero: bool


@dataclass(frozen=True)
class Dot:
    """One figure, its interval (`y_low` is None without one) and its text."""

    x: float
    y: float
    y_low: float | None
    y_high: float | None
    text: str
    text_y: float


@dataclass(frozen=True)
class Path:
    """One line through its dots; `points` as an SVG polyline takes them."""

    points: str
    other: bool
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Name:
    """A wave under the axis, on as many lines as its words need."""

    x: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class LineDrawing:
    """One size of a line chart."""

    layout: str
    width: int
    height: float
    left: float
    right: float
    levels: tuple[Level, ...]
    names: tuple[Name, ...]
    names_y: float
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class LineChart:
    """Groups over waves, in both sizes."""

    wide: LineDrawing
    thin: LineDrawing


def line_chart(
    lines: Sequence[Line], names: Sequence[str], *, changes: bool, label: Callable[[float], str]
) -> LineChart:
    """The lines over the waves named; at least one figure among them. `changes`: the axis holds
    zero, and its line is drawn. `label` writes a figure of the axis."""
    ends = [end for line in lines for value in line.values if value for end in value.ends]
    low, high = min(ends), max(ends)
    if changes:
        low, high = min(low, 0.0), max(high, 0.0)
    else:
        low, high = low - ROOM * (high - low), high + ROOM * (high - low)
    if high - low < 0.1:
        low, high = low - 0.1, high + 0.1
    levels = ticks_around(low, high)
    return LineChart(
        *(_drawing(lines, names, layout, levels, changes, label) for layout in (WIDE, THIN))
    )


def _drawing(
    lines: Sequence[Line],
    names: Sequence[str],
    layout: Layout,
    levels: Sequence[float],
    changes: bool,
    label: Callable[[float], str],
) -> LineDrawing:
    def x(place: int) -> float:
        share = place / (len(names) - 1) if len(names) > 1 else 0.5
        return round(layout.left + share * (layout.right - layout.left), 1)

    def y(value: float) -> float:
        share = (value - levels[0]) / (levels[-1] - levels[0])
        return round(layout.top + (1 - share) * layout.height, 1)

    bottom = layout.top + layout.height
    room = int((x(1) - x(0) if len(names) > 1 else layout.width) / LETTER)
    named = [tuple(textwrap.wrap(name, max(room, 8))) for name in names]
    return LineDrawing(
        layout=layout.name,
        width=layout.width,
        height=bottom + BELOW + LINE * max(map(len, named)),
        left=layout.left - 20,
        right=layout.right + 20,
        levels=tuple(Level(y(one), label(one), changes and one == 0) for one in levels),
        names=tuple(Name(x(place), lines) for place, lines in enumerate(named)),
        names_y=bottom + 30,
        paths=tuple(_path(line, lines, x, y) for line in lines),
    )


def _path(
    line: Line, lines: Sequence[Line], x: Callable[[int], float], y: Callable[[float], float]
) -> Path:
    dots = tuple(
        _dot(value, x(place), y, below=_is_below(line, lines, place))
        for place, value in enumerate(line.values)
        if value
    )
    return Path(" ".join(f"{dot.x},{dot.y}" for dot in dots), line.other, dots)


def _is_below(line: Line, lines: Sequence[Line], place: int) -> bool:
    """Whether a figure is written below its dot: where another group's dot is above it, and in a
    single line where the line goes on upwards."""
    own = line.values[place]
    rivals = [other.values[place] for other in lines if other is not line]
    if not rivals:
        rivals = list(line.values[place + 1 : place + 2])
    return any(own and rival and rival.value > own.value for rival in rivals)


def _dot(value: Value, x: float, y: Callable[[float], float], *, below: bool) -> Dot:
    middle = y(value.value)
    low, high = value.low, value.high
    return Dot(
        x=x,
        y=middle,
        y_low=None if low is None else y(low),
        y_high=None if high is None else y(high),
        text=value.text,
        text_y=middle + 22 if below else middle - 11,
    )
