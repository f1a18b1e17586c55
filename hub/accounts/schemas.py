"""What comes in and goes out about accounts. Bytes are base64 in JSON."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from hub.kernel.schemas import Input, Output

Id = Annotated[bytes, Meta(min_length=16, max_length=16)]
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
BoxKey = Annotated[bytes, Meta(min_length=1216, max_length=1216)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
Wrapped = Annotated[bytes, Meta(min_length=60, max_length=256)]
Version = Annotated[int, Meta(ge=1, le=2**31)]
Address = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._@+-]{1,98}[a-z0-9]\Z")]
"""A sign-in name: lower case, so that it is typed one way only; need not be a mail address."""
Mail = Annotated[str, Meta(pattern=r"^[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,189}\Z")]
ProfileBox = Annotated[bytes, Meta(min_length=16, max_length=4096)]
"""A worker's display name, sealed to their organisation."""
Device = Hash
"""The token of a device that is to be known again: random and kept there; of it only a hash is stored."""
Code = Annotated[str, Meta(pattern=r"^[0-9]{4}[ -]?[0-9]{4}\Z")]
"""As it stands in the mail."""
Credential = Annotated[bytes, Meta(min_length=1, max_length=1023)]
"""A passkey's id (WebAuthn Level 3, 5.8.3: at most 1023 bytes)."""

PINS_MAX = 512 * 1024


class Credentials(Input):
    """A worker's keys and wrapped secret, as their end made them. Of ``auth`` only a hash is stored.

    ``device`` is remembered: signing in there needs no code. Empty on a shared device.
    """

    worker: Id
    address: Address
    signing_key: Hash
    box_key: BoxKey
    salt: Id
    auth: Hash
    wrapped: Wrapped
    wrap_version: Version
    device: Device | None = None


class StartSignIn(Input):
    address: Address


class SignInParameters(Output):
    hub: str
    suite: int
    salt: bytes


class ProveSignIn(Input):
    """``device`` is empty on a shared device: then a code is needed each time."""

    address: Address
    auth: Hash
    device: Device | None = None
    code: Code | None = None


class SignInChallenge(Output):
    worker: bytes
    organisation: bytes
    wrapped: bytes
    wrap_version: int
    session: bytes
    nonce: bytes


class FinishSignIn(Input):
    session: Id
    signature: Signature


class SessionStarted(Output):
    token: bytes
    expires_at: int
    idle_ms: int


class StartKit(Input):
    organisation: Id


class KitChallenge(Output):
    worker: list[bytes]
    session: bytes
    nonce: bytes


class Me(Output):
    worker: bytes
    organisation: bytes
    role: str
    kind: str
    address: str | None
    state: str
    profile_box: bytes | None
    session_expires_at: int
    idle_ms: int


class PutProfile(Input):
    profile_box: ProfileBox


class ChangeWords(Input):
    old_auth: Hash
    salt: Id
    auth: Hash
    wrapped: Wrapped
    wrap_version: Version


class Pins(Output):
    version: int
    sealed: bytes | None


class PutPins(Input):
    version: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    sealed: Annotated[bytes, Meta(min_length=1, max_length=PINS_MAX)]


class AddPasskey(Input):
    """``auth`` and what ``wrapped`` is locked with come from the passkey's PRF, as they do from words."""

    credential: Credential
    auth: Hash
    wrapped: Wrapped
    wrap_version: Version
    label_box: Annotated[bytes, Meta(min_length=16, max_length=2048)] | None = None


class Passkey(Output):
    credential: bytes
    label_box: bytes | None
    created_at: int
    used_at: int | None


class Passkeys(Output):
    items: list[Passkey]


class SignInByPasskey(Input):
    credential: Credential
    auth: Hash


class PasskeyChallenge(SignInChallenge):
    address: str


class SetPin(Input):
    """``check`` follows from the PIN and the device's half; only a hash of it is stored."""

    device: Device
    check: Hash


class PinHalf(Output):
    half: bytes
    expires_at: int


class ForgetPin(Input):
    device: Device


class SignInByPin(Input):
    device: Device
    check: Hash


class PinChallenge(Output):
    worker: bytes
    organisation: bytes
    half: bytes
    session: bytes
    nonce: bytes
