"""What a first visit costs: each page with its style sheets, pictures and fonts, as the portal
sends them in production, to a browser that has kept nothing."""

from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Page
from whitenoise.compress import Compressor

from tests.journeys.pages import READERS, REFUSING, refused

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo weight"),
    pytest.mark.usefixtures("demo"),
]

BUDGET = 150 * 1024
HEAVIEST = 2
# What a browser asks for without telling the page about it.
ICONS = "[...document.querySelectorAll('link[rel=icon]')].map((one) => one.href)"
USED = "performance.getEntriesByType('resource').map((one) => one.name)"


def _sent(path: str) -> tuple[int, int]:
    """Bytes of a static file over the wire, to browsers that take Brotli and to those that take
    gzip: WhiteNoise keeps both beside the file where they are worth it."""
    found = finders.find(path.removeprefix("/static/"))
    assert isinstance(found, str), path
    with open(found, "rb") as file:
        body = file.read()
    compressor = Compressor(quiet=True)
    sizes = [len(body), len(body)]
    if compressor.should_compress(path):
        for at, name in enumerate(("brotli", "gzip")):
            packed = getattr(compressor, f"compress_{name}")(body)
            if compressor.is_compressed_effectively(name, path, len(body), packed):
                sizes[at] = len(packed)
    return sizes[0], sizes[1]


class Scales:
    """Weighs pages; a file is compressed once, however many pages use it."""

    def __init__(self, page: Page, recorder) -> None:
        self.page = page
        self.recorder = recorder
        self.files: dict[str, tuple[int, int]] = {}

    def weigh(self) -> tuple[int, int]:
        """The page that is open, with Brotli and with gzip. The page itself is gzipped by the
        portal, so for it the bytes that have been sent are counted."""
        self.page.evaluate("document.fonts.ready.then(() => true)")
        used = {*self.page.evaluate(USED), *self.page.evaluate(ICONS)}
        paths = {urlsplit(address).path for address in used}
        for path in paths - self.files.keys():
            self.files[path] = _sent(path)
        [*_, html] = self.recorder.pages
        sizes = [self.files[path] for path in paths]
        return tuple(html.transferred + sum(size[at] for size in sizes) for at in (0, 1))


@pytest.fixture
def scales(open_page, recorder) -> Scales:
    return Scales(open_page(), recorder)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.split("@")[0] or "anybody")
def test_each_page_weighs_less_than_its_budget_with_an_empty_cache(
    scales, sign_in, reader, record_property
):
    weights = {}
    if reader:
        sign_in(scales.page, reader)
    for address in READERS[reader]():
        scales.page.goto(address)
        weights[address] = scales.weigh()
    for address in REFUSING.get(reader, list)():
        refused(scales.page, address)
        weights[f"{address} (refused)"] = scales.weigh()
    for address, sizes in sorted(weights.items(), key=lambda one: -one[1][1])[:HEAVIEST]:
        brotli, gzip = (size / 1024 for size in sizes)
        record_property("measured", f"{gzip:6.1f} KiB, {brotli:.1f} with Brotli: {address}")
    assert {address: weight for address, weight in weights.items() if max(weight) > BUDGET} == {}
