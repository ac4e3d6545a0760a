"""The tag of the component gallery."""

from textwrap import dedent
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token, TokenType
from django.template.context import Context
from django.template.loader import render_to_string

register = template.Library()

_AS_WRITTEN = {
    TokenType.TEXT: "{}",
    TokenType.VAR: "{{{{ {} }}}}",
    TokenType.BLOCK: "{{% {} %}}",
    TokenType.COMMENT: "{{# {} #}}",
}


class Sample(template.Node):
    """A part of the gallery and, below it, its own source."""

    def __init__(self, nodelist: NodeList, source: str, ground: str) -> None:
        self.nodelist = nodelist
        self.source = source
        self.ground = ground

    def render(self, context: Context) -> str:
        shown = self.nodelist.render(context)
        told = {"shown": shown, "source": self.source, "ground": self.ground}
        return render_to_string("gallery/sample.html", told)


@register.tag
def sample(parser: Parser, token: Token) -> Sample:
    """Shows what stands up to `endsample` and, below it, how it is written: the source is the
    tag's own, so the two cannot differ. `sample row` puts the parts beside each other, `sample
    panel` on white, `sample bare` as they are."""
    ground = token.contents.partition(" ")[2]
    source = _source(parser)
    nodelist = parser.parse(("endsample",))
    parser.delete_first_token()
    return Sample(nodelist, source, ground)


def _source(parser: Parser) -> str:
    """What is written from here to `endsample`; a parser keeps its tokens last first."""
    written = []
    token: Any  # as Django keeps it; its stubs say "object"
    for token in reversed(parser.tokens):
        if token.token_type == TokenType.BLOCK and token.contents == "endsample":
            break
        written.append(_AS_WRITTEN[token.token_type].format(token.contents))
    return dedent("".join(written)).strip()
