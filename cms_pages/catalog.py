"""The catalog: programs on their shelves, filtered by a shelf and by what somebody looks for."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from cms_pages.programs import Program, ProgramGroup, programs

_PER_PAGE = 24
_LONGEST_SEARCH = 100
_SHELVES = {code: position for position, code in enumerate(ProgramGroup.values)}


@dataclass(frozen=True)
class Shelf:
    """Programs of one group. What no editor has put on a shelf yet stands on the last."""

    code: str
    programs: list[Program]

    @property
    def label(self) -> str:
        return str(ProgramGroup(self.code).label) if self.code else _("More programs")


def catalog_context(query: Mapping[str, str]) -> dict[str, Any]:
    """What the catalog shows for `q` and `group` of an address; an unknown group shows all."""
    looked_for = query.get("q", "").strip()[:_LONGEST_SEARCH]
    group = query.get("group", "")
    found = [program for program in programs() if _matches(program, looked_for)]
    filters = _filters(found, group)
    chosen = next((one["code"] for one in filters if one["current"]), "")
    listed = [program for program in found if not chosen or program.group == chosen]
    listed.sort(key=_shelf_position)
    page_obj = Paginator(listed, _PER_PAGE).get_page(query.get("page"))
    return {
        "q": looked_for,
        "group": chosen,
        "filters": filters,
        "page_obj": page_obj,
        "count": len(listed),
        "shelves": [
            Shelf(code, list(shelf)) for code, shelf in groupby(page_obj, key=lambda p: p.group)
        ],
    }


def _shelf_position(program: Program) -> int:
    return _SHELVES.get(program.group, len(_SHELVES))


def _filters(found: list[Program], group: str) -> list[dict[str, Any]]:
    """All, and each shelf with something on it; the chosen shelf stays even where it is empty."""
    filled = {program.group for program in found}
    shelves = [
        {"code": code, "label": label, "current": code == group}
        for code, label in ProgramGroup.choices
        if code in filled or code == group
    ]
    nothing_chosen = not any(one["current"] for one in shelves)
    return [{"code": "", "label": _("All"), "current": nothing_chosen}, *shelves]


def folded(text: str) -> str:
    """Text without case and accents, so that "resume" finds "Résumé"."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


def _matches(program: Program, looked_for: str) -> bool:
    if not looked_for:
        return True
    text = folded("\n".join(_searched(program)))
    return all(word in text for word in folded(looked_for).split())


def _searched(program: Program) -> list[str]:
    course, page = program.course, program.page
    texts = [course.title, course.program, course.code, course.summary]
    for module in program.version.modules.all():
        texts += [module.title, module.topic]
    if page:
        texts += [page.title, page.lead, page.audience, page.get_group_display()]
        texts += [str(point.value) for point in page.learn]
    return texts
