"""The protocol: bytes in, bytes out.

Nothing here does I/O, reads a clock or knows a framework. What needs a key that opens
content lives in ``crypto.private`` and only an end may import it; the rest is what the hub
shares with the ends: formats, signatures, chains, the tree. ``SPEC.md`` is the source.
"""
