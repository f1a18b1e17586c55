"""A dishonest hub, or a hostile member, against the browser's end: PROTOCOL's "What each end must refuse".

Passing means: the page says in plain words what happened, what is safe and whom to tell, shows nothing of
what was refused, sends nothing, and has the refused bytes ready as evidence. Each test is named for its item.

Which test plays which item stands in tests/architecture/refusals.toml, with what still waits: of item 24 the
daily snapshot of all organisations, and item 29, for this end opens no letters yet. Lies are told by a proxy
between browser and hub; what it serves is forged with the Python end's own keys.
"""
