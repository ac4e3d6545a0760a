"""What every deployment shares. Development and production each add what differs."""

from pathlib import Path
from typing import Any

import environ

from lms.settings.sides import portal_side

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("PORTAL_VAR", str(BASE_DIR / "var")))

# Which parties this installation is: both, or only the web or the evaluator side.
PORTAL_SIDE = portal_side(env.str)

# Off everywhere: a traceback page would show what was posted.
DEBUG = False

# True answers every page with 503 while the portal is being worked on.
MAINTENANCE = env.bool("MAINTENANCE", False)
MAINTENANCE_RETRY_SECONDS = env.int("MAINTENANCE_RETRY_SECONDS", 600)

SITE_NAME = env.str("SITE_NAME", "Crisis Response Training")
CITY_NAME = env.str("CITY_NAME", "City of Boston")

INSTALLED_APPS = [
    "lms",
    "cms_pages",
    "certificates",
    "assessments",
    "assessments.ballot_box",
    "courses",
    "lms.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "wagtail.contrib.redirects",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lms.accounts.framing.FramingMiddleware",
    "lms.maintenance.MaintenanceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lms.accounts.middleware.SecondFactorMiddleware",
    "lms.accounts.middleware.EditorsOnlyMiddleware",
    "lms.accounts.middleware.TimeZoneMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "lms.urls_evaluator" if PORTAL_SIDE == "evaluator" else "lms.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lms.dashboards.context.portal",
            ],
            "builtins": ["lms.templatetags.components"],
        },
    },
]

_SQLITE_OPTIONS = {
    # A write transaction takes its lock at the start, so two of them never deadlock half way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
}


def database(variable: str, filename: str) -> dict[str, Any]:
    """Settings of one database: the URL in the environment, else a SQLite file in var/."""
    url = env.str(variable, "").strip() or f"sqlite:///{VAR_DIR / filename}"
    config: dict[str, Any] = env.db_url_config(url)
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = dict(_SQLITE_OPTIONS)
    else:
        # A new connection costs PostgreSQL more than all that a page asks of it.
        config.setdefault("CONN_MAX_AGE", 60)
        config.setdefault("CONN_HEALTH_CHECKS", True)
    return config


# The evaluators' own side has no people: whatever asks for them fails.
_NO_DATABASE: dict[str, Any] = {"ENGINE": "django.db.backends.dummy"}
DATABASES = {
    "default": _NO_DATABASE
    if PORTAL_SIDE == "evaluator"
    else database("DATABASE_URL", "portal.sqlite3"),
    "responses": database("RESPONSES_DATABASE_URL", "responses.sqlite3"),
}
DATABASE_ROUTERS = ["assessments.ballot_box.router.ResponsesRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Keys never live in a database or in its backup. Each side has a directory of its own.
WEB_KEYS_DIR = Path(env.str("WEB_KEYS_DIR", str(VAR_DIR / "keys" / "web")))
EVALUATOR_KEYS_DIR = Path(env.str("EVALUATOR_KEYS_DIR", str(VAR_DIR / "keys" / "evaluators")))
BOX_KEY_KEEP_DAYS = env.int("BOX_KEY_KEEP_DAYS", 7)
# As many ballots at least are written together; smaller boxes are written whole.
BALLOT_COVER = env.int("BALLOT_COVER", 16)
# All stored responses are written anew so often; until then at the latest a withdrawal is done.
RENEWAL_DAYS = env.int("RENEWAL_DAYS", 7)
POST_WINDOW_DAYS = env.int("POST_WINDOW_DAYS", 14)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "lms.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# The link by which everybody sets their first password was mailed: it has proved the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = SITE_NAME
REQUIRE_SECOND_FACTOR = False

SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    # Wagtail's own admin needs inline scripts; nothing of ours does.
    "EXCLUDE_URL_PREFIXES": ["/cms/"],
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("PORTAL_TIME_ZONE", "America/New_York")

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FONTS_DIR = BASE_DIR / "static" / "vendor" / "fonts"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Rosters and responses hold names: a file of an allowed size is not written to a temporary one.
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "assessments.uploads.ResponsesStayInMemory",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
ROSTER_MAX_BYTES = 5 * 1024 * 1024
# Who comes or leaves within so many minutes of a session's ends was there for all of it.
ATTENDANCE_GRACE_MINUTES = env.int("ATTENDANCE_GRACE_MINUTES", 5)
# Coverage by district and shift holds back whatever would tell of fewer people, certified or not.
COVERAGE_THRESHOLD = env.int("COVERAGE_THRESHOLD", 5)
# Whose certificates make somebody certified in crisis intervention.
COVERAGE_COURSES = env.list("COVERAGE_COURSES", default=["cit-40", "cit-refresher"])

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
# A mail server that does not answer must not hold the worker.
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "training@example.org")

WAGTAIL_SITE_NAME = SITE_NAME
WAGTAILADMIN_BASE_URL = env.str("PORTAL_URL", "http://127.0.0.1:8000")
WAGTAILADMIN_LOGIN_URL = "/accounts/login/"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILEMBEDS_FINDERS: list[dict[str, Any]] = []
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_USER_TIME_ZONES = ["America/New_York", "UTC"]
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "pptx", "txt"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# No traceback, mail or log line holds what somebody posted or which survey they opened.
DEFAULT_EXCEPTION_REPORTER_FILTER = "lms.accounts.reporting.NothingPostedFilter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "no_surveys": {"()": "lms.accounts.reporting.NoSurveyPaths"},
        "nothing_received": {"()": "lms.accounts.reporting.NothingReceived"},
    },
    "formatters": {"plain": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["no_surveys"],
            "formatter": "plain",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "gunicorn.error": {"filters": ["nothing_received"]},
        # Below INFO it writes whole contexts, with what somebody typed into a form.
        "django.template": {"level": "INFO"},
    },
}

# Where packs of released data lie until they expire, each under a name that tells nothing.
RELEASES_DIR = Path(env.str("RELEASES_DIR", str(VAR_DIR / "releases")))

# How long the outbox remembers a mail that was sent.
OUTBOX_KEEP_DAYS = 400

# What stands on a certificate: who issues it, and exactly two who sign (name, title).
CERTIFICATE_ISSUER = env.str("CERTIFICATE_ISSUER", "CIT Training and Technical Assistance Center")
CERTIFICATE_SIGNATORIES = [
    ("Capt. Eleanor Whitcombe", "Commander, Street Outreach Unit"),
    ("Dr. Samuel Adeyemi", "Clinical Director"),
]

# How many looks at /verify/ one address may take, as allauth writes rates.
VERIFY_RATE = "60/m/ip"
# How many wrong one-time links into surveys.
SURVEY_LINK_RATE = "20/m/ip"
# Calendars of a whole station may read by one address.
CALENDAR_FEED_RATE = "120/m/ip"
# How many codes of a room one person may try, and how many names one kiosk looks for.
CHECK_IN_RATE = "10/m/user"
KIOSK_RATE = "60/m/kiosk"
# How often one person comes and goes at a kiosk: a wrong tap can be put right at once.
KIOSK_PERSON_RATE = "6/m/person"
