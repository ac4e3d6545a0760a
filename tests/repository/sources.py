"""Where the repository's own files are. What git ignores is not read."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("lms", "courses", "assessments", "certificates", "cms_pages")


def python_files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def templates() -> dict[str, Path]:
    """Our templates by the name Django knows them under."""
    folder = ROOT / "templates"
    return {
        str(path.relative_to(folder)): path
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".html", ".txt"}
    }


def product_files() -> Iterator[Path]:
    """Everything that is ours and shipped: code, templates, styles, scripts, texts, data."""
    yield from python_files()
    yield from templates().values()
    for folder in ("docs", "static/css", "static/js", "static/scss", ".ci"):
        yield from (p for p in sorted((ROOT / folder).rglob("*")) if _is_text(p))
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.yaml"))
    for name in ("Makefile", "README.md", "pyproject.toml", "package.json", "manage.py"):
        if (ROOT / name).exists():
            yield ROOT / name


def _is_text(path: Path) -> bool:
    return path.is_file() and path.suffix not in {".png", ".jpg", ".webp", ".pdf"}
