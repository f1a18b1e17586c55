"""How fast a document is sealed and opened, against the bare cipher on the same bytes in the same run.

    python -m bench.sealing [--mib 256] [--rounds 5]

The file is read from the page cache. Rivals: bare Cobblestone-256 and bare AES-256-GCM fed 64 KiB at a
time, SHA-256 once (the limit that binds us: we hash the plaintext and the stored object), and age and gpg
where this machine has them. Medians, MiB/s, and the share of bare Cobblestone. The last line is peak
memory, which must not grow with the file.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.cobblestone import Cobblestone256Encryptor
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.private.bodies import Manifest
from crypto.private.content import FEED
from crypto.private.documents import DocumentSealer, open_document

KEY, CIRCLE, DOCUMENT = bytes(range(32)), bytes(32), bytes(16)
MIB = 1024 * 1024


def pieces(path: Path, size: int = FEED) -> Iterator[bytes]:
    """The file in pieces."""
    with path.open("rb") as file:
        while piece := file.read(size):
            yield piece


def ours(path: Path, out: Path) -> None:
    """Seal with both hashes, to a file."""
    sealer = DocumentSealer(KEY, CIRCLE, DOCUMENT, 1, path.stat().st_size)
    with out.open("wb") as file:
        for piece in sealer.seal(pieces(path)):
            file.write(piece)


def opening(path: Path, sealed: Path) -> Callable[[Path, Path], None]:
    """Open what ``ours`` made, checking everything."""
    sealer = DocumentSealer(KEY, CIRCLE, DOCUMENT, 1, path.stat().st_size)
    with sealed.open("wb") as file:
        for piece in sealer.seal(pieces(path)):
            file.write(piece)
    found = sealer.sealed
    assert found is not None
    manifest = Manifest(
        1,
        "bench",
        DOCUMENT,
        1,
        "bench.bin",
        "application/pdf",
        found.size,
        found.padded,
        found.stored,
        found.plaintext_hash,
        found.segments,
        KEY,
        0,
        "",
    )

    def run(_: Path, out: Path) -> None:
        with out.open("wb") as file:
            for piece in open_document(manifest, CIRCLE, pieces(sealed)):
                file.write(piece)

    return run


def bare_cobblestone(path: Path, out: Path) -> None:
    """The cipher alone, to a file."""
    encryptor = Cobblestone256Encryptor(KEY, b"bench")
    with out.open("wb") as file:
        for piece in pieces(path):
            file.write(encryptor.update(piece))
        file.write(encryptor.finalize())


def bare_gcm(path: Path, out: Path) -> None:
    """AES-256-GCM a piece at a time, to a file."""
    cipher, nonce = AESGCM(KEY), bytearray(12)
    with out.open("wb") as file:
        for number, piece in enumerate(pieces(path)):
            nonce[4:] = number.to_bytes(8, "big")
            file.write(cipher.encrypt(bytes(nonce), piece, None))


def hash_once(path: Path, out: Path) -> None:
    """SHA-256 of the file, nothing written."""
    digest = hashlib.sha256()
    for piece in pieces(path):
        digest.update(piece)


def age(path: Path, out: Path) -> None:
    """age, to a key of its own."""
    subprocess.run(["age", "-r", _age_recipient(out.parent), "-o", out, path], check=True)


def gpg(path: Path, out: Path) -> None:
    """gpg, symmetric, without compression."""
    words = [
        "gpg",
        "--batch",
        "--yes",
        "--homedir",
        str(out.parent),
        "--passphrase",
        "bench",
        "--pinentry-mode",
    ]
    words += ["loopback", "--compress-algo", "none", "-c", "-o", str(out), str(path)]
    subprocess.run(words, check=True, capture_output=True)


def _age_recipient(folder: Path) -> str:
    key = folder / "age.key"
    if not key.exists():
        subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    lines = key.read_text(encoding="ascii").splitlines()
    return next(line.split()[-1] for line in lines if "public key" in line)


def speed(work: Callable[[Path, Path], None], path: Path, out: Path) -> float:
    """MiB/s of one run."""
    started = time.perf_counter()
    work(path, out)
    return path.stat().st_size / MIB / (time.perf_counter() - started)


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--mib", type=int, default=256)
    words.add_argument("--rounds", type=int, default=5)
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "plain", Path(folder) / "out"
        with path.open("wb") as file:
            for _ in range(options.mib):
                file.write(os.urandom(MIB))
        _compare(path, out, options)


def _compare(path: Path, out: Path, options: argparse.Namespace) -> None:
    contenders: dict[str, Callable[[Path, Path], None]] = {
        "bare Cobblestone-256": bare_cobblestone,
        "bare AES-256-GCM": bare_gcm,
        "SHA-256 alone": hash_once,
        "Kith seals (two hashes)": ours,
        "Kith opens (all checks)": opening(path, out.with_name("sealed")),
    }
    contenders |= {name: work for name, work in {"age": age, "gpg": gpg}.items() if shutil.which(name)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(options.rounds):
        for name, work in contenders.items():
            found[name].append(speed(work, path, out))
    first = statistics.median(found["bare Cobblestone-256"])
    print(f"sealing {options.mib} MiB, median of {options.rounds} rounds")
    for name, rounds in found.items():
        median = statistics.median(rounds)
        print(f"  {name:28}{median:9,.0f} MiB/s  {median / first:5.2f} of bare Cobblestone")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(
        f"  peak memory grew by {grown / 1024:.0f} MiB "
        f"while {options.mib} MiB moved {options.rounds} times each way"
    )


if __name__ == "__main__":
    main()
