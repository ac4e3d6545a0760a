"""Tagged PDF: what reportlab draws, marked as headings, paragraphs, tables and figures.

reportlab has no tags. While a page is drawn, each piece of content is put between marks that carry
a number, and `Tree` notes to which element of the document the number belongs (ISO 32000-1, 14.7
and 14.8). `finished` then writes that tree into the file. Pure.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfgen.canvas import Canvas


@dataclass
class Element:
    """One element of the document: its kind (H1, P, TD ...), and in reading order the elements and
    the marked pieces (page, number) in it. `alt` is read in place of a figure. A link has the
    places on the paper that lead to its address (page, number of the annotation there)."""

    kind: str
    parts: list["Element | tuple[int, int]"] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    alt: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)


class Tree:
    """Collects the elements of a document while its canvas is drawn on."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.document = Element("Document")
        self._open = [self.document]
        self._used: list[int] = []
        self._places: list[int] = []
        self._in_artifact = False

    @contextmanager
    def element(self, kind: str, *, alt: str = "", **attributes: Any) -> Iterator[Element]:
        """Everything drawn inside belongs to a new element of this kind."""
        made = Element(kind, alt=alt, attributes=attributes)
        if self._in_artifact:
            yield made
            return
        self._open[-1].parts.append(made)
        self._open.append(made)
        yield made
        self._open.pop()

    @contextmanager
    def content(self) -> Iterator[None]:
        """One marked piece of the element that is open. Never spans two pages."""
        if self._in_artifact:
            yield
            return
        page = self.canvas.getPageNumber() - 1
        while len(self._used) <= page:
            self._used.append(0)
        element, number = self._open[-1], self._used[page]
        self._used[page] += 1
        element.parts.append((page, number))
        self._write(f"/{element.kind} <</MCID {number}>> BDC")
        yield
        self._write("EMC")

    def leads_to(self, address: str, box: tuple[float, float, float, float]) -> None:
        """Makes a place on the paper lead to an address; it belongs to the element that is open,
        a Link."""
        page = self.canvas.getPageNumber() - 1
        number = sum(1 for found in self._places if found == page)
        self._places.append(page)
        self._open[-1].places.append((page, number))
        self.canvas.linkURL(address, box, relative=0)

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is not read: lines, grounds, page numbers, a head that is repeated. Elements and
        content inside it are drawn, and no part of the document."""
        if self._in_artifact:
            yield
            return
        self._write("/Artifact BMC")
        self._in_artifact = True
        yield
        self._in_artifact = False
        self._write("EMC")

    def _write(self, operator: str) -> None:
        # The canvas has no method for marked content; its page is a list of operators.
        self.canvas._code.append(operator)  # type: ignore[attr-defined]


def finished(data: bytes, tree: Tree, *, language: str, title: str) -> bytes:
    """The drawn file with its structure, language and title. The same file gives the same bytes."""
    with pikepdf.open(BytesIO(data)) as pdf:
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        owners = _Owners()
        root.K = _written(pdf, tree.document, root, owners)
        numbers = _parent_tree(pdf, owners)
        root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(numbers)))
        root.ParentTreeNextKey = len(numbers) // 2
        pdf.Root.StructTreeRoot = root
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.Lang = String(language)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:title"] = title
            metadata["dc:language"] = {language}
        written = BytesIO()
        pdf.save(written, deterministic_id=True)
    return written.getvalue()


@dataclass
class _Owners:
    """Which written element a marked piece, and a link's place, belongs to."""

    pieces: dict[tuple[int, int], Any] = field(default_factory=dict)
    places: list[tuple[Any, Any]] = field(default_factory=list)


def _written(pdf: pikepdf.Pdf, element: Element, parent: Any, owners: _Owners) -> Any:
    made = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name("/" + element.kind), P=parent))
    if element.alt:
        made.Alt = String(element.alt)
    if element.attributes:
        made.A = _attributes(element)
    parts: list[Any] = []
    for part in element.parts:
        if isinstance(part, Element):
            parts.append(_written(pdf, part, made, owners))
        else:
            page, number = part
            owners.pieces[part] = made
            parts.append(Dictionary(Type=Name.MCR, Pg=pdf.pages[page].obj, MCID=number))
    for page, number in element.places:
        place = pdf.pages[page].obj.Annots[number]
        owners.places.append((place, made))
        parts.append(Dictionary(Type=Name.OBJR, Pg=pdf.pages[page].obj, Obj=place))
    made.K = Array(parts)
    return made


def _attributes(element: Element) -> Dictionary:
    """Texts are names in PDF, and lists of numbers are boxes."""
    owner = Name.Layout if element.kind == "Figure" else Name.Table
    told: dict[str, Any] = {
        key: Name("/" + value) if isinstance(value, str) else Array(value)
        for key, value in element.attributes.items()
    }
    return Dictionary(O=owner, **told)


def _parent_tree(pdf: pikepdf.Pdf, owners: _Owners) -> list[Any]:
    """Numbers and what they stand for: for each page the elements of its marked pieces in the order
    of these, then for each link's place its element."""
    numbers: list[Any] = []
    for index, page in enumerate(pdf.pages):
        page.obj.StructParents = index
        page.obj.Tabs = Name.S
        count = sum(1 for found, _number in owners.pieces if found == index)
        belongs = Array([owners.pieces[index, number] for number in range(count)])
        numbers += [index, pdf.make_indirect(belongs)]
    for index, (place, element) in enumerate(owners.places, start=len(pdf.pages)):
        place.StructParent = index
        place.Contents = place.A.URI
        numbers += [index, element]
    return numbers
