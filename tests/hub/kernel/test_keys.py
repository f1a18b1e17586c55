"""The hub's own keys: made once on embedded defaults, demanded otherwise, readable by their owner alone."""

from pathlib import Path

import pytest

from hub.config import Settings, SettingsError, read_settings
from hub.kernel.keys import load_keys, make_keys


@pytest.fixture
def strict(tmp_path: Path) -> Settings:
    return read_settings({"KITH_KEYS": str(tmp_path / "keys")})


def test_the_first_start_makes_keys_and_the_next_finds_them(tmp_path: Path) -> None:
    settings = read_settings({}, home=tmp_path)
    made = load_keys(settings)
    assert load_keys(settings) == made
    assert len({made.receipt, made.checkpoint, made.private}) == 3
    assert all(len(seed) == 32 for seed in (made.receipt, made.checkpoint, made.private))
    modes = {path.stat().st_mode & 0o777 for path in settings.keys.iterdir()}
    assert modes == {0o600}
    assert len(list(settings.keys.iterdir())) == 3


def test_named_keys_must_exist(strict: Settings) -> None:
    with pytest.raises(SettingsError, match=r"receipt\.key"):
        load_keys(strict)


def test_made_keys_stay_what_they_are(strict: Settings) -> None:
    make_keys(strict.keys)
    before = load_keys(strict)
    make_keys(strict.keys)
    assert load_keys(strict) == before


def test_keys_that_others_can_read_are_refused(strict: Settings) -> None:
    make_keys(strict.keys)
    (strict.keys / "checkpoint.key").chmod(0o644)
    with pytest.raises(SettingsError, match=r"chmod 600"):
        load_keys(strict)


def test_a_key_of_the_wrong_length_is_refused(strict: Settings) -> None:
    make_keys(strict.keys)
    (strict.keys / "private.key").write_bytes(b"short")
    with pytest.raises(SettingsError, match=r"private\.key"):
        load_keys(strict)


def test_keys_never_show_and_labels_never_meet(strict: Settings) -> None:
    make_keys(strict.keys)
    keys = load_keys(strict)
    assert repr(keys) == "HubKeys()"
    assert keys.derive("salt", b"a") == keys.derive("salt", b"a")
    assert len({keys.derive("salt", b"a"), keys.derive("salt", b"b"), keys.derive("link", b"a")}) == 3
