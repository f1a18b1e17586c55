"""Vectors for passkeys, PINs and quick copies of epoch keys."""

from __future__ import annotations

from typing import Any

from crypto.private import content, rewraps, secrets, unlocking
from tests.crypto.build import HUB, seed, some_id
from tests.vectors.form import Case, Keep, Shared, case, flip


def unlocking_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """Passkeys, PINs and quick copies of epoch keys."""
    secret = secrets.WorkerSecret(seed("worker secret"))
    wrapped = unlocking.Wrapped(HUB, some_id("organisation"), some_id("worker"), "ann@partner.example", 1)
    bound: dict[str, Any] = {
        "hub": HUB, "organisation": wrapped.organisation.hex(), "worker": wrapped.worker.hex(),
        "address": wrapped.address, "version": 1,
    }  # fmt: skip
    changes: dict[str, dict[str, Any]] = {
        "organisation": {"organisation": some_id("other").hex()},
        "worker": {"worker": some_id("other").hex()},
        "address": {"address": "bob@partner.example"},
        "version": {"version": 2},
    }
    cases = [
        *_passkey_cases(keep, secret, wrapped, bound, changes),
        *_pin_cases(keep, secret, wrapped, bound, changes),
        *_rewrap_cases(keep),
    ]
    return "SPEC 5: passkeys, PINs and quick copies of epoch keys", {}, cases


def _passkey_cases(
    keep: Keep, secret: secrets.WorkerSecret, wrapped: unlocking.Wrapped, bound: Case, changes: Case
) -> list[Case]:
    keys = unlocking.PasskeyKeys.derive(seed("prf"), HUB)
    locked = keep("passkey", lambda: keys.lock(secret, b"credential", wrapped))
    base = {**bound, "output": seed("prf").hex(), "credential": b"credential".hex(), "locked": locked.hex()}
    changed = {
        **changes,
        "hub": {"hub": "other.example"},
        "output": {"output": seed("other").hex()},
        "credential": {"credential": b"another".hex()},
        "flipped": {"locked": flip(locked)},
    }
    return [
        case("passkey", "passkey", output=seed("prf").hex(), hub=HUB),
        case("passkey-other-hub", "passkey", output=seed("prf").hex(), hub="other.example"),
        case("passkey-output-short", "passkey", "malformed", output=seed("prf")[1:].hex(), hub=HUB),
        case("open-passkey", "open-passkey", **base),
        case("open-passkey-no-credential", "open-passkey", "malformed", **{**base, "credential": ""}),
        case(
            "open-passkey-long-credential", "open-passkey", "malformed", **{**base, "credential": "00" * 1024}
        ),
        *[
            case(f"open-passkey-other-{name}", "open-passkey", "not-for-me", **{**base, **change})
            for name, change in changed.items()
        ],
    ]


def _pin_cases(
    keep: Keep, secret: secrets.WorkerSecret, wrapped: unlocking.Wrapped, bound: Case, changes: Case
) -> list[Case]:
    keys = unlocking.PinKeys.derive("482915", seed("device half"), some_id("worker"))
    locked = keep("pin", lambda: keys.lock(secret, seed("hub half"), wrapped))
    half = {"pin": "482915", "device_half": seed("device half").hex()}
    base = {**bound, **half, "hub_half": seed("hub half").hex(), "locked": locked.hex()}
    changed = {
        **changes,
        "hub": {"hub": "other.example"},
        "pin": {"pin": "482916"},
        "device-half": {"device_half": seed("other").hex()},
        "hub-half": {"hub_half": seed("other").hex()},
        "flipped": {"locked": flip(locked)},
    }
    given = {**half, "worker": some_id("worker").hex(), "hub_half": seed("hub half").hex()}
    return [
        case("pin", "pin", **given),
        case("pin-short", "pin", "malformed", **{**given, "pin": "123"}),
        case("pin-long", "pin", "malformed", **{**given, "pin": "1" * 33}),
        case("pin-letters", "pin", "malformed", **{**given, "pin": "12 34"}),
        case("pin-other-digits", "pin", "malformed", **{**given, "pin": "\u0661\u0662\u0663\u0664"}),
        case("pin-device-half-short", "pin", "malformed", **{**given, "device_half": "00" * 31}),
        case("pin-hub-half-long", "pin", "malformed", **{**given, "hub_half": "00" * 33}),
        case("open-pin", "open-pin", **base),
        *[
            case(f"open-pin-other-{name}", "open-pin", "not-for-me", **{**base, **change})
            for name, change in changed.items()
        ],
    ]


def _rewrap_cases(keep: Keep) -> list[Case]:
    secret = secrets.OrganisationSecret(seed("organisation secret 2"), 2)
    copies = rewraps.Rewraps(secret, some_id("organisation"))
    wrapped = keep("rewrap", lambda: copies.lock(seed("circle"), 3, seed("epoch key")))
    other = keep("rewrap-of-another-key", lambda: copies.lock(seed("circle"), 3, seed("another key")))
    base: dict[str, Any] = {
        "secret": secret.raw.hex(), "generation": 2, "organisation": some_id("organisation").hex(),
        "circle": seed("circle").hex(), "epoch": 3, "wrapped": wrapped.hex(),
        "commitment": content.commitment(seed("circle"), 3, seed("epoch key")).hex(),
    }  # fmt: skip
    changed: dict[str, dict[str, Any]] = {
        "secret": {"secret": seed("other").hex()},
        "generation": {"generation": 1},
        "organisation": {"organisation": some_id("other").hex()},
        "circle": {"circle": seed("other").hex()},
        "epoch": {"epoch": 4},
        "key": {"wrapped": other.hex()},
        "commitment": {"commitment": seed("other").hex()},
        "flipped": {"wrapped": flip(wrapped)},
        "cut": {"wrapped": wrapped[:11].hex()},
    }
    return [
        case("open-rewrap", "open-rewrap", **base),
        *[
            case(f"open-rewrap-other-{name}", "open-rewrap", "not-for-me", **{**base, **change})
            for name, change in changed.items()
        ],
    ]


MAKERS = {"unlocking": unlocking_cases}
