"""Real people. Secrets and hosts come from the environment; without one nothing starts."""

from django.core.exceptions import ImproperlyConfigured

from lms.settings.base import *  # noqa: F403
from lms.settings.base import EVALUATOR_KEYS_DIR, WEB_KEYS_DIR, env

_REQUIRED = [
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "PORTAL_URL",
    "DATABASE_URL",
    "RESPONSES_DATABASE_URL",
    "WEB_KEYS_DIR",
    "EVALUATOR_KEYS_DIR",
    "OPENER_PASSPHRASE",
]
_missing = [name for name in _REQUIRED if not env.str(name, "").strip()]
if _missing:
    raise ImproperlyConfigured(f"Set these in the environment first: {', '.join(_missing)}")

if env.str("RESPONSES_DATABASE_URL").strip() == env.str("DATABASE_URL").strip():
    raise ImproperlyConfigured("RESPONSES_DATABASE_URL must be another database than DATABASE_URL")
if WEB_KEYS_DIR.resolve() == EVALUATOR_KEYS_DIR.resolve():
    raise ImproperlyConfigured("EVALUATOR_KEYS_DIR must be another folder than WEB_KEYS_DIR")

SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters; make a random one")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
if any(host.strip() in {"*", ""} for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name hosts; '*' is refused")
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]

DEMO_ALLOWED = False
OPENER_PASSPHRASE = env.str("OPENER_PASSPHRASE", "")
PASSPHRASE_COST = "moderate"
REQUIRE_SECOND_FACTOR = True

if env.str("PROXY_SSL_HEADER", ""):
    SECURE_PROXY_SSL_HEADER = (env.str("PROXY_SSL_HEADER"), "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"

if env.str("EMAIL_URL", ""):
    _email = env.email_url("EMAIL_URL")
    EMAIL_BACKEND = _email["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _email["EMAIL_HOST"], _email["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"], _email["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
if env.str("REDIS_URL", ""):
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": env.str("REDIS_URL"),
        }
    }
