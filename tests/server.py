"""A real server on the databases and key stores of a test, and browsers signed in to it."""

import http.client
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from lms.accounts.models import User
from tests.processes import PYTHON, ROOT, environment

TOKEN = "a" * 32
PATIENCE = 300


def session_of(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    assert session.session_key
    return session.session_key


@dataclass
class Server:
    """Gunicorn with two workers, which can be killed with all that belongs to it."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        command = [PYTHON, "-m", "gunicorn", "lms.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "2", "--threads", "4", "--log-level", "warning"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment(), stderr=log, start_new_session=True
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if self.ask("GET", "/healthz", "", {}) == (200, ""):
                    return
            except (OSError, http.client.HTTPException):
                threading.Event().wait(0.1)
        raise AssertionError((self.folder / "server.log").read_text())

    def ask(self, method: str, path: str, session: str, data: Mapping[str, Any]) -> tuple[int, str]:
        """Status and where to go on. Raises OSError, HTTPException where nothing was answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request(method, path, urllib.parse.urlencode(data), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Location", "")
        finally:
            connection.close()

    def kill(self) -> None:
        """Master and workers at once, with no time to finish anything."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
