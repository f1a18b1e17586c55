"""A profile: which hub, which authority, which sign-in name. One folder each, for its owner alone.

No key and no word is ever kept in here. ``state`` below it belongs to the library, which seals what it keeps.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from keyholder.errors import LocalTrouble, NotReady

if TYPE_CHECKING:
    from keyholder.authority import Trust

LARGEST = 256 * 1024
DEFAULT = "default"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything is empty until it is known. ``worker`` and ``organisation`` are ids in hex."""

    hub: str = ""
    address: str = ""
    name: str = ""
    worker: str = ""
    organisation: str = ""
    ca: str = ""


def profiles_folder(environment: Mapping[str, str]) -> Path:
    """Where profiles live: KITH_PROFILES, or `kith` in the user's folder for settings."""
    if chosen := environment.get("KITH_PROFILES"):
        return Path(chosen)
    settings = environment.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(settings) / "kith"


def is_name(name: str) -> bool:
    """May a profile be called so?"""
    return _NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Place:
    """One profile's folder."""

    folder: Path

    @property
    def state(self) -> Path:
        """What the library keeps, sealed."""
        return self.folder / "state"

    @property
    def root_file(self) -> Path:
        """The trusted root, as the commissioner signed it."""
        return self.folder / "root"

    def read(self) -> Profile:
        """What is known; an empty profile when there is none yet."""
        raw = self._bytes("profile.json")
        if raw is None:
            return Profile()
        try:
            return msgspec.json.decode(raw, type=Profile)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise LocalTrouble("The profile on this device is damaged.") from error

    def write(self, profile: Profile) -> None:
        """Keep it: whole or not at all."""
        self._keep("profile.json", msgspec.json.format(msgspec.json.encode(profile), indent=2) + b"\n")

    def change(self, **parts: str) -> Profile:
        """Keep some parts anew."""
        changed = msgspec.structs.replace(self.read(), **parts)
        self.write(changed)
        return changed

    def trust(self, packed: bytes) -> None:
        """Pin the authority's root."""
        self._keep("root", packed)

    def trusted(self) -> Trust:
        """The pinned root. NotReady when nothing is trusted yet."""
        from crypto.errors import CryptoError
        from keyholder.authority import Trust

        packed = self._bytes("root")
        if packed is None:
            raise NotReady(
                "No authority is trusted here yet. Run: kith trust ROOTFILE, "
                "with the file that came with your invitation to the network."
            )
        try:
            return Trust.read(packed)
        except CryptoError as error:
            raise LocalTrouble("The trusted authority on this device is damaged.") from error

    def _bytes(self, name: str) -> bytes | None:
        try:
            with (self.folder / name).open("rb") as file:
                raw = file.read(LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LocalTrouble("The profile on this device cannot be read.") from error
        if len(raw) > LARGEST:
            raise LocalTrouble("The profile on this device is damaged.")
        return raw

    def _keep(self, name: str, data: bytes) -> None:
        from keyholder.state import write_whole

        private_folder(self.folder)
        write_whole(self.folder / name, data)


def private_folder(folder: Path) -> None:
    """Make sure that ``folder`` exists and that only its owner may look in."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise LocalTrouble(f"The folder {folder} cannot be used.") from error
