"""HTML written by program: every text escaped, every table with a caption and headings. Pure."""

from collections.abc import Iterable, Sequence
from html import escape

from assessments.packs.texts import plain

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem;
  color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; margin: 0 0 1.5rem; }
caption { text-align: start; font-weight: 700; padding: .25rem 0; }
th, td { border: 1px solid #71767a; padding: .25rem .5rem; text-align: start; vertical-align: top;
  overflow-wrap: anywhere; }
td.number { text-align: end; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
pre, code { font-family: ui-monospace, monospace; }
h3 { margin-bottom: .25rem; }
"""


def text(words: str) -> str:
    """Escaped, line breaks kept; text of another direction stays by itself."""
    return f'<span dir="auto">{escape(plain(words))}</span>'.replace("\n", "<br>")


def code(words: str) -> str:
    return f"<code>{escape(plain(words))}</code>"


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str | int | float]]) -> str:
    """A table whose first column names its rows. Cells of text are HTML already; numbers are set
    apart. It can be scrolled sideways, by keyboard too."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "\n".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(plain(caption))}">'
        f"<table><caption>{text(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _cells(row: Sequence[str | int | float]) -> str:
    first, *rest = row
    return f'<th scope="row">{first}</th>' + "".join(_cell(value) for value in rest)


def _cell(value: str | int | float) -> str:
    if isinstance(value, str):
        return f"<td>{value}</td>"
    shown = f"{value:,}" if isinstance(value, int) else f"{value:.2f}"
    return f'<td class="number">{shown}</td>'


def document(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(plain(title)).strip() or 'Codebook'}</title>\n<style>{STYLE}</style>\n"
        f"</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
