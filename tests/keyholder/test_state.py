"""What a device keeps is sealed, private, whole, and safe between programs."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.errors import LocalTrouble
from keyholder.state import LocalState, write_whole

KEY = bytes(range(32))


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    LocalState(tmp_path / "s", KEY).write("pins", b"verified")

    assert LocalState(tmp_path / "s", KEY).read("pins") == b"verified"


def test_nothing_readable_stands_in_the_folder(tmp_path: Path) -> None:
    state = LocalState(tmp_path / "s", KEY)
    state.write("pins", b"verified")

    assert (tmp_path / "s").stat().st_mode & 0o777 == 0o700
    for path in (tmp_path / "s").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"verified" not in path.read_bytes()


@pytest.mark.parametrize("change", ["flipped", "moved", "other key", "cut"])
def test_what_is_not_ours_any_more_is_as_if_it_were_not_there(tmp_path: Path, change: str) -> None:
    state = LocalState(tmp_path / "s", KEY)
    state.write("pins", b"verified")
    path = tmp_path / "s" / "pins"
    raw = path.read_bytes()
    if change == "flipped":
        path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    elif change == "moved":
        path.rename(tmp_path / "s" / "keys")
    elif change == "cut":
        path.write_bytes(raw[:5])
    key = bytes(32) if change == "other key" else KEY

    assert LocalState(tmp_path / "s", key).read("keys" if change == "moved" else "pins") is None


def test_a_shared_device_keeps_nothing() -> None:
    state = LocalState(None, KEY)
    state.write("pins", b"verified")
    with state.locked():
        assert state.read("pins") is None
    state.remove("pins")


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("a file")

    with pytest.raises(LocalTrouble):
        LocalState(tmp_path / "s", KEY)


def test_a_write_that_fails_leaves_the_old_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("no room")))
        with pytest.raises(LocalTrouble):
            write_whole(path, b"new")

    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_two_programs_at_once_lose_nothing(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from keyholder.state import LocalState
        state = LocalState(Path(sys.argv[1]), bytes(range(32)))
        for _ in range(50):
            with state.locked():
                state.write("count", str(int(state.read("count") or b"0") + 1).encode())
        """
    )
    folder = tmp_path / "s"
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(folder)], env={"PYTHONPATH": ":".join(sys.path)})
        for _ in range(2)
    ]
    assert [each.wait(60) for each in running] == [0, 0]

    assert LocalState(folder, KEY).read("count") == b"100"


def test_evidence_is_kept_even_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "full").write_text("not a folder")

    alarm = EvidenceKeeper(tmp_path / "full").alarm(Kind.FORGED, header=b"bytes")

    assert alarm.evidence is None
    assert alarm.material == {"header": b"bytes"}


@pytest.mark.parametrize("kind", list(Kind))
def test_no_alarm_speaks_of_cryptography(kind: Kind) -> None:
    alarm = EvidenceKeeper(None).alarm(kind)
    said = alarm.say.lower()

    forbidden = (
        "hash",
        "signature",
        "cipher",
        "epoch",
        "nonce",
        "encrypt",
        "decrypt",
        "cbor",
        "merkle",
        "hpke",
    )
    assert not [word for word in forbidden if word in said]
    assert alarm.what
    assert alarm.safe
    assert alarm.tell
    assert 1 <= alarm.item <= 30
