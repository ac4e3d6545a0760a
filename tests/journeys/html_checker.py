"""HTML as it left the server, judged by the Nu HTML checker, the one behind validator.w3.org.

Every page that a browser is sent is kept here, form errors and refusals too, and judged when the
test that asked for it ends. What a browser made of it would not do: browsers mend what is wrong.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
JAR = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# Quick to start and content with little: two of them may run beside two browsers. It reads its
# grammar deeper than Java's own stack.
JAVA = ["-Xmx384m", "-Xss16m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
START_SECONDS = 90
# Not ours: the editors' part is Wagtail's own.
FOREIGN = ("/cms/",)
_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=)"\w+"')


@dataclass(frozen=True)
class SentPage:
    """One HTML page, and how many bytes of it went over the wire."""

    asked: str
    status: int
    body: bytes
    transferred: int

    @property
    def digest(self) -> str:
        """Equal for pages that differ by nothing but a token."""
        return hashlib.sha256(_TOKEN.sub(rb'\1""', self.body)).hexdigest()


@dataclass
class Recorder:
    """Stands between the portal and its server and keeps every page of ours that passes."""

    pages: list[SentPage] = field(default_factory=list)

    def around(self, application: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            told: dict[str, Any] = {}

            def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                told.update({name.lower(): value for name, value in headers}, status=status)
                return start_response(status, headers, *more)

            answer = application(environ, started)
            address = environ["PATH_INFO"]
            html = told.get("content-type", "").startswith("text/html")
            body = getattr(answer, "content", b"")
            if html and body and not address.startswith(FOREIGN):
                zipped = told.get("content-encoding") == "gzip"
                plain = gzip.decompress(body) if zipped else body
                asked = f"{environ['REQUEST_METHOD']} {address}"
                self.pages.append(SentPage(asked, int(told["status"][:3]), plain, len(body)))
            return answer

        return recorded

    def take(self) -> list[SentPage]:
        """The pages kept since the last time."""
        taken, self.pages[:] = list(self.pages), []
        return taken


class HtmlChecker:
    """The checker as a service on this machine; a page takes it a few hundredths of a second."""

    def __init__(self, java: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/"
        self.seen: set[str] = set()
        local = "-Dnu.validator.servlet.bind-address=127.0.0.1"
        service = ["-cp", str(JAR), "nu.validator.servlet.Main", str(port)]
        self.process = subprocess.Popen(
            [java, *JAVA, local, *service], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.is_ready = False

    def complaints(self, pages: Iterable[SentPage]) -> list[str]:
        """What is wrong with pages that have not been judged before: address, line and words."""
        new = {page.digest: page for page in pages if page.digest not in self.seen}
        self.seen |= new.keys()
        return [told for page in new.values() for told in self._judge(page)]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def _judge(self, page: SentPage) -> list[str]:
        self._wait_until_ready()
        headers = {"Content-Type": "text/html; charset=utf-8"}
        request = urllib.request.Request(f"{self.address}?out=json", page.body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            messages = json.load(answer)["messages"]
        return [
            f"{page.asked} ({page.status}), line {one.get('lastLine', '?')}: {one['message']}\n"
            f"    {one.get('extract', '').strip()}"
            for one in messages
        ]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready:
            try:
                with urllib.request.urlopen(self.address, timeout=30):
                    self.is_ready = True
            except urllib.error.HTTPError:
                self.is_ready = True
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.1)


def missing() -> str:
    """Why pages cannot be judged here; empty when they can. In CI that is a failure."""
    reasons = []
    if shutil.which("java") is None:
        reasons.append("java is not installed (apt-get install default-jre-headless)")
    if not JAR.exists():
        reasons.append("the Nu HTML checker is not installed (python -m lms.assets --tests)")
    if reasons and os.environ.get("CI") == "true":
        raise AssertionError(" and ".join(reasons))
    return " and ".join(reasons)
