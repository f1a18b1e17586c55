"""A dishonest hub, or a hostile member: tests for each line of PROTOCOL's "What each end must refuse".

Passing means: refused with the right alarm, nothing of the content returned, the evidence kept. Each test is
named for its item; which test plays which stands in tests/architecture/refusals.toml, with what still waits.
Item 24 waits for the daily snapshot of all organisations: an end without pins cannot tell an outdated chain
from a new one. Item 28 is about reading one range, which this end does not do: it checks a document whole
before it keeps any of it.
"""
