"""Settings: read once, frozen, plain about what is wrong, silent about secrets."""

import dataclasses
from pathlib import Path

import pytest

from hub.config import Bucket, Disk, Listen, Secret, SettingsError, Smtp, read_settings


def test_nothing_said_means_embedded_defaults(tmp_path: Path) -> None:
    settings = read_settings({}, home=tmp_path)
    assert settings.database.reveal() == f"sqlite:///{tmp_path}/hub.db"
    assert settings.blobs == Disk(tmp_path / "blobs")
    assert settings.keys == tmp_path / "keys"
    assert settings.keys_may_be_made
    assert settings.smtp is None
    assert settings.listen == Listen("127.0.0.1", 8420)
    assert settings.worker
    assert not settings.metrics


def test_the_environment_is_read_and_keywords_win(tmp_path: Path) -> None:
    settings = read_settings(
        {"KITH_PUBLIC_URL": "https://hub.example", "KITH_PROXIES": "2", "OTHER": "x"},
        home=tmp_path,
        proxies=1,
    )
    assert settings.public_url == "https://hub.example"
    assert settings.https
    assert settings.proxies == 1


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read_settings({}, home=tmp_path).proxies = 3  # type: ignore[misc]  # that is the point


def test_s3_is_told_by_one_address() -> None:
    settings = read_settings({"KITH_BLOBS": "s3://key:se%2Fcret@127.0.0.1:8333/kith?region=r1&tls=no"})
    assert settings.blobs == Bucket("kith", "http://127.0.0.1:8333", "r1", Secret("key"), Secret("se/cret"))
    assert read_settings({"KITH_BLOBS": "s3://kith"}).blobs == Bucket(
        "kith", "", "eu-west-2", Secret(""), Secret("")
    )


def test_mail_is_told_by_one_address(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    settings = read_settings({"KITH_SMTP": f"smtp+starttls://user:pass@mail.example:2525?ca={ca}"})
    assert settings.smtp == Smtp("mail.example", 2525, True, "user", Secret("pass"), ca)
    direct = read_settings({"KITH_SMTP": "smtps://mail.example"}).smtp
    assert direct is not None
    assert (direct.port, direct.starttls) == (465, False)


SECRET = "swordfish"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE", f"mysql://u:{SECRET}@host/db"),
        ("DATABASE", f"postgresql://u:{SECRET}@host"),
        ("DATABASE", "sqlite://"),
        ("BLOBS", f"ftp://u:{SECRET}@host/x"),
        ("BLOBS", f"s3://k:{SECRET}@elsewhere/bucket?tls=no"),
        ("BLOBS", f"s3://k:{SECRET}@host/bucket?colour=red"),
        ("BLOBS", f"s3://k:{SECRET}@host:port/bucket"),
        ("SMTP", f"smtp://u:{SECRET}@host"),
        ("SMTP", f"smtps://u:{SECRET}@host?ca=/not/there"),
        ("PUBLIC_URL", "http://hub.example"),
        ("PUBLIC_URL", "https://hub.example/path"),
        ("LISTEN", "8420"),
        ("LISTEN", "127.0.0.1:99999"),
        ("MAIL_FROM", "Kith <kith@example>"),
        ("PROXIES", "-1"),
        ("PROXIES", "many"),
        ("PROCESSES", "0"),
        ("PROCESSES", "2"),
        ("METRICS", "perhaps"),
        ("RATE_FACTOR", "nan"),
        ("RATE_FACTOR", "-1"),
        ("CONNECTIONS", "1"),
        ("LOG_LEVEL", "loud"),
        ("TYPO", "1"),
    ],
)
def test_a_bad_value_is_named_and_never_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({f"KITH_{name}": value})
    assert f"KITH_{name}" in str(refused.value)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_postgresql_needs_keys_of_its_own() -> None:
    with pytest.raises(SettingsError, match="KITH_KEYS"):
        read_settings({"KITH_DATABASE": "postgresql://u:p@host/db"})


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "KITH_DATABASE": f"postgresql://u:{SECRET}@host/db",
            "KITH_BLOBS": f"s3://{SECRET}:{SECRET}@host:1/bucket",
            "KITH_SMTP": f"smtps://u:{SECRET}@host",
            "KITH_KEYS": str(tmp_path),
        }
    )
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    assert SECRET in settings.database.reveal()
