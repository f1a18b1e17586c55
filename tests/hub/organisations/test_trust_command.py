"""`kith-hub trust ROOTFILE`: the operator names the authority, once."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from crypto.encoding import pack
from hub.config import read_settings
from tests.hub.build import HubWorld
from tests.hub.running import running_hub

ROOT = Path(__file__).parents[3]


def trust(home: Path, file: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    command = [sys.executable, "-m", "hub", "trust", str(file), "--home", str(home)]
    return subprocess.run(command, env=kept, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_operator_trusts_a_root_that_vouches_for_this_hub(tmp_path: Path) -> None:
    async def roots() -> tuple[bytes, bytes]:
        settings = read_settings({}, home=tmp_path, listen="127.0.0.1:0", worker="no")
        async with running_hub(settings) as hub:
            world = HubWorld(hub)
            return pack(world.signed_root), pack(world.sign_root(hub="elsewhere.example"))

    good, wrong = asyncio.run(roots())
    files = {"good": good, "wrong": wrong, "junk": b"junk"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for name, word in (("wrong", "another name"), ("junk", "cannot be trusted")):
        refused = trust(tmp_path, tmp_path / name)
        assert (refused.returncode, word in refused.stderr, len(refused.stderr.splitlines())) == (2, True, 1)
    for _ in range(2):
        trusted = trust(tmp_path, tmp_path / "good")
        assert (trusted.returncode, trusted.stderr) == (0, "")
        assert "Root 1 is trusted" in trusted.stdout
    assert trust(tmp_path, tmp_path / "none").returncode == 1
