"""One machine, nothing to install or start. Never for real people's data."""

from lms.settings.base import *  # noqa: F403
from lms.settings.base import PORTAL_SIDE, VAR_DIR, env

SECRET_KEY = "development only: anybody can read this line, so nothing real may rest on it"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
# Demo data and its printed passwords exist only where this is on.
DEMO_ALLOWED = True
OPENER_PASSPHRASE = env.str("OPENER_PASSPHRASE", "development passphrase, not a secret")
if PORTAL_SIDE == "web":
    OPENER_PASSPHRASE = ""
PASSPHRASE_COST = "interactive"

VAR_DIR.mkdir(parents=True, exist_ok=True)
