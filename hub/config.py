"""Settings: read once, frozen, and never showing a secret.

The embedded default (SQLite file, a folder of blobs, a worker in the same process) and the real thing
(PostgreSQL, S3, several hubs, separate workers, SMTP) differ by these settings alone. ``KITH_X`` in the
environment is ``x`` here; keyword arguments win, for tests and the demo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_OTHERS = frozenset({"home", "chromium"})
"""Read elsewhere: where everything else lies unless said, and the browser of the tests."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsError(ValueError):
    """A setting that cannot be used. Says which, and why; never repeats a value that may hold a secret."""


class Secret:
    """A text that shows itself only when asked by ``reveal()``."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Disk:
    """Blobs in a folder of this machine."""

    folder: Path


@dataclass(frozen=True, slots=True)
class Bucket:
    """Blobs in S3: ``s3://key:secret@host:port/bucket?region=R&tls=no``, or ``s3://bucket`` on Amazon."""

    bucket: str
    endpoint: str
    region: str
    key: Secret
    secret: Secret


@dataclass(frozen=True, slots=True)
class Smtp:
    """The mail server: ``smtp+starttls://user:pw@host:port?ca=FILE`` or ``smtps://...``. TLS always."""

    host: str
    port: int
    starttls: bool
    user: str
    password: Secret
    ca: Path | None


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the hub listens; port 0 takes any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a hub may be told. Times in seconds, sizes in bytes."""

    home: Path
    database: Secret
    blobs: Disk | Bucket
    keys: Path
    keys_may_be_made: bool
    smtp: Smtp | None
    mail_from: str
    public_url: str
    listen: Listen
    proxies: int
    processes: int
    metrics: bool
    worker: bool
    rate_factor: float
    connections: int
    log_level: str
    web: Path

    @property
    def on_postgresql(self) -> bool:
        return self.database.reveal().startswith("postgresql")

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def hub_name(self) -> str:
        """What the authority's root, every wrap and each checkpoint call this hub: its public host."""
        return urlsplit(self.public_url).hostname or "localhost"


def read_settings(environment: Mapping[str, str], **overrides: object) -> Settings:
    """Settings from ``KITH_*`` and ``overrides``. Raises SettingsError for the first bad value."""
    texts = {name[5:].lower(): value for name, value in environment.items() if name.startswith("KITH_")}
    texts |= {name: str(value) for name, value in overrides.items() if value is not None}
    unknown = texts.keys() - _READERS.keys() - _OTHERS
    if unknown:
        raise SettingsError(f"KITH_{min(unknown).upper()} is not a setting")
    home = Path(texts.get("home", "kith-data")).absolute()
    defaults = _defaults(home)
    found: dict[str, Any] = {
        name: _read(name, reader, texts.get(name) or defaults[name]) for name, reader in _READERS.items()
    }
    settings = Settings(home=home, keys_may_be_made=not texts.get("keys"), **found)
    _fit_together(settings)
    return settings


def _defaults(home: Path) -> dict[str, str]:
    return {
        "database": f"sqlite:///{home / 'hub.db'}",
        "blobs": str(home / "blobs"),
        "keys": str(home / "keys"),
        "smtp": "none",
        "mail_from": "kith@localhost",
        "public_url": "http://localhost:8420",
        "listen": "127.0.0.1:8420",
        "proxies": "0",
        "processes": "1",
        "metrics": "no",
        "worker": "yes",
        "rate_factor": "1",
        "connections": "8192",
        "log_level": "info",
        "web": str(_built_app()),
    }


def _built_app() -> Path:
    """Where the web app is: in a checkout where it is built, otherwise beside this package."""
    here = Path(__file__).parent
    source = here.parent / "mailbox" / "web"
    return source / "dist" if (source / "package.json").is_file() else here / "website"


def _read(name: str, reader: Callable[[str], object], text: str) -> object:
    try:
        return reader(text.strip())
    except (ValueError, OSError) as error:
        reason = error.args[0] if isinstance(error, SettingsError) else "it cannot be read"
        raise SettingsError(f"KITH_{name.upper()}: {reason}") from None


def _database(text: str) -> Secret:
    url = urlsplit(text)
    if url.scheme == "sqlite" and url.path.strip("/") and not url.netloc:
        return Secret(text)
    if url.scheme == "postgresql" and url.path.strip("/") and (url.hostname or "host" in parse_qs(url.query)):
        return Secret(text)
    raise SettingsError("say sqlite:///path/to/file.db or postgresql://user:password@host/name")


def _blobs(text: str) -> Disk | Bucket:
    if "://" not in text:
        return Disk(Path(text).absolute())
    url = urlsplit(text)
    if url.scheme != "s3" or not url.hostname:
        raise SettingsError("say a folder, s3://bucket or s3://key:secret@host:port/bucket?region=R&tls=no")
    asked = _asked(url, {"region", "tls"})
    region, bucket = asked.get("region", "eu-west-2"), url.path.strip("/")
    key, secret = Secret(unquote(url.username or "")), Secret(unquote(url.password or ""))
    if not bucket:
        return Bucket(url.hostname, "", region, key, secret)
    scheme = "https" if _yes(asked.get("tls", "yes")) else "http"
    if scheme == "http" and url.hostname not in LOOPBACK:
        raise SettingsError("tls=no is for this machine alone")
    return Bucket(bucket, f"{scheme}://{_place(url)}", region, key, secret)


def _smtp(text: str) -> Smtp | None:
    if text == "none":
        return None
    url = urlsplit(text)
    if url.scheme not in {"smtp+starttls", "smtps"} or not url.hostname:
        raise SettingsError("say smtp+starttls://user:password@host:port or smtps://...; mail needs TLS")
    ca = _asked(url, {"ca"}).get("ca")
    if ca is not None and not Path(ca).is_file():
        raise SettingsError("the ca file is not there")
    starttls = url.scheme == "smtp+starttls"
    user, password = unquote(url.username or ""), Secret(unquote(url.password or ""))
    port = url.port or (587 if starttls else 465)
    return Smtp(url.hostname, port, starttls, user, password, Path(ca) if ca else None)


def _public_url(text: str) -> str:
    url = urlsplit(text)
    if not url.hostname or url.path.strip("/") or url.query or url.fragment or url.username:
        raise SettingsError("say https://name, without a path")
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise SettingsError("it must be https, except on this machine itself")
    return f"{url.scheme}://{_place(url)}"


def _listen(text: str) -> Listen:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise SettingsError("say address:port")
    return Listen(host.strip("[]"), int(port))


def _address(text: str) -> str:
    name, at, domain = text.rpartition("@")
    if not at or not name or not domain or any(c.isspace() or c in '<>,;"' for c in text):
        raise SettingsError("say one plain mail address")
    return text


def _yes(text: str) -> bool:
    if text.lower() not in {"yes", "no", "true", "false"}:
        raise SettingsError("say yes or no")
    return text.lower() in {"yes", "true"}


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise SettingsError(f"say a whole number from {low} to {high}")
        return int(text)

    return read


def _factor(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e6:
        raise SettingsError("say a number: 1 as designed, 10 for ten times as wide, 0 for none")
    return value


def _level(text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise SettingsError("say debug, info, warning or error")
    return text.lower()


def _folder(text: str) -> Path:
    return Path(text).absolute()


def _asked(url: SplitResult, known: set[str]) -> dict[str, str]:
    asked = {name: values[-1] for name, values in parse_qs(url.query).items()}
    if asked.keys() - known:
        raise SettingsError(f"after ? only {', '.join(sorted(known))} may stand")
    return asked


def _place(url: SplitResult) -> str:
    host = url.hostname or ""
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{url.port}" if url.port else name


def _fit_together(settings: Settings) -> None:
    if settings.processes > 1 and not settings.on_postgresql:
        raise SettingsError("KITH_PROCESSES: several processes need PostgreSQL")
    if settings.on_postgresql and settings.keys_may_be_made:
        raise SettingsError("KITH_KEYS: with PostgreSQL, name the folder that holds the hub's keys")


_READERS: Mapping[str, Callable[[str], object]] = {
    "database": _database,
    "blobs": _blobs,
    "keys": _folder,
    "smtp": _smtp,
    "mail_from": _address,
    "public_url": _public_url,
    "listen": _listen,
    "proxies": _between(0, 8),
    "processes": _between(1, 64),
    "metrics": _yes,
    "worker": _yes,
    "rate_factor": _factor,
    "connections": _between(16, 65536),
    "log_level": _level,
    "web": _folder,
}
