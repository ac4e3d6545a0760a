"""`make run`: prepares what is not prepared yet, then keeps the web server and the worker running.

No Django here: starting must be quick, and each step runs in a process of its own.
"""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("PORTAL_VAR", ROOT / "var"))
STAMPS = VAR / "stamps"
PORT = os.environ.get("PORT", "8000")
ENVIRONMENT = os.environ | {
    "DJANGO_SETTINGS_MODULE": "lms.settings.development",
    "PORTAL_URL": f"http://127.0.0.1:{PORT}",
}
START_SECONDS = 60


def _digest(paths: Iterable[Path], *words: str) -> str:
    digest = hashlib.sha256("\n".join(words).encode())
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]


def _migrations() -> list[Path]:
    folders = (path for path in ROOT.glob("*/**/migrations/*.py") if ".venv" not in path.parts)
    return [path for path in folders if "node_modules" not in path.parts]


def _manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=ENVIRONMENT, check=True)


def _once(name: str, digest: str, *commands: tuple[str, ...]) -> None:
    """Runs the commands unless they ran before for the same digest."""
    stamp = STAMPS / name
    if stamp.exists() and stamp.read_text() == digest:
        return
    print(f"Preparing: {name} ...", flush=True)
    for command in commands:
        _manage(*command)
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)


def prepare() -> None:
    """Databases, demo data and static files, each only when something they rest on has changed."""
    VAR.mkdir(parents=True, exist_ok=True)
    database = os.environ.get("DATABASE_URL", "")
    if not database and not (VAR / "portal.sqlite3").exists():
        (STAMPS / "databases").unlink(missing_ok=True)
        (STAMPS / "demo data").unlink(missing_ok=True)
    locks = [ROOT / "requirements.txt", *_migrations()]
    _once(
        "databases",
        _digest(locks, database, os.environ.get("RESPONSES_DATABASE_URL", "")),
        ("migrate", "--verbosity", "0"),
        ("migrate", "ballot_box", "--database", "responses", "--verbosity", "0"),
    )
    _once("demo data", database, ("seed_demo", "--verbosity", "0"))
    _once(
        "static files",
        _digest([ROOT / "requirements.txt", *_files("static")]),
        ("collectstatic", "--noinput", "--clear", "--verbosity", "0"),
    )


def _wait_until_ready(web: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and web.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    return False


def port_is_free() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(PORT)))
        except OSError:
            return False
    return True


def serve() -> int:
    """Runs web server and worker until one of them ends or the portal is told to stop."""
    web_command = [sys.executable, "-m", "gunicorn", "lms.wsgi", "--bind", f"127.0.0.1:{PORT}"]
    web_command += ["--workers", "1", "--threads", "4", "--log-level", "warning"]
    worker_command = [sys.executable, "manage.py", "work"]
    web = subprocess.Popen(web_command, cwd=ROOT, env=ENVIRONMENT)
    worker = subprocess.Popen(worker_command, cwd=ROOT, env=ENVIRONMENT)
    running = [web, worker]

    def stop(number: int, frame: FrameType | None) -> None:
        for process in running:
            process.terminate()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    if _wait_until_ready(web):
        accounts = VAR / "demo-accounts.txt"
        print(f"\nThe portal is at http://127.0.0.1:{PORT}/ (stop it with Ctrl+C)\n", flush=True)
        print(accounts.read_text() if accounts.exists() else "", flush=True)
    else:
        stop(signal.SIGTERM, None)
    while all(process.poll() is None for process in running):
        time.sleep(0.3)
    stop(signal.SIGTERM, None)
    codes = [process.wait() for process in running]
    return 1 if any(code > 0 for code in codes) else 0


if __name__ == "__main__":
    if not port_is_free():
        sys.exit(f"Port {PORT} is in use. Choose another one: PORT=8080 make run")
    prepare()
    sys.exit(serve())
