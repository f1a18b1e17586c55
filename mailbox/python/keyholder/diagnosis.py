"""Which alarm it is when an entry does not hold: the same checks again, one by one, in the log's order."""

from __future__ import annotations

from collections.abc import Callable

from crypto import entries
from crypto.circle import Directory
from crypto.entries import Entry, Header, read_facts, read_header
from crypto.errors import CryptoError, Forged, Malformed, NotAllowed, Stale, UpdateNeeded
from crypto.log import Log, check_previous, check_seen, check_signature
from keyholder.alarms import Kind

MEMBERSHIP = frozenset(
    {entries.Kind.OPEN, entries.Kind.INVITE, entries.Kind.ACCEPT, entries.Kind.DECLINE, entries.Kind.RELEASE}
)


def diagnose(log: Log, entry: Entry, received_at: int, directory: Directory, error: CryptoError) -> Kind:
    """The alarm for ``entry``, which ``log`` refused with ``error``."""
    try:
        header = read_header(entry)
    except CryptoError:
        return Kind.MANGLED
    if header.circle != log.id:
        return Kind.REPLAYED
    if received_at < log.received_at:
        return Kind.HISTORY_CHANGED
    signed = _signature(entry, header, received_at, directory)
    if signed is not None:
        return signed
    if _fails(lambda: check_seen(header, log.heads)):
        return Kind.HISTORIES_DIFFER
    if _fails(lambda: check_previous(header, log.authors)):
        return Kind.WITHHELD_ENTRY
    return _rule(log, header, error)


def _signature(entry: Entry, header: Header, received_at: int, directory: Directory) -> Kind | None:
    try:
        check_signature(entry, header, directory.organisation(header.organisation), received_at)
    except NotAllowed:
        return Kind.LEFT_BEFORE
    except Stale:
        return Kind.CHAIN_CHANGED
    except (Forged, Malformed):
        return Kind.NOBODY_SIGNED if header.kind in MEMBERSHIP else Kind.FORGED
    return None


def _rule(log: Log, header: Header, error: CryptoError) -> Kind:
    if isinstance(error, Stale):
        return Kind.OLD_KEY_USED
    if isinstance(error, Malformed) or _unreadable(header):
        return Kind.MANGLED
    if log.circle is None:
        return Kind.NOBODY_SIGNED
    if log.circle.listing(header.organisation) is None:
        return Kind.GHOST
    return Kind.NOT_THEIRS_TO_DO


def _unreadable(header: Header) -> bool:
    try:
        read_facts(header)
    except UpdateNeeded:
        return False
    except Malformed:
        return True
    return False


def _fails(check: Callable[[], object]) -> bool:
    try:
        check()
    except CryptoError:
        return True
    return False
