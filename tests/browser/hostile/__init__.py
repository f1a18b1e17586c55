"""A dishonest hub, or a hostile member, against the browser's end: PROTOCOL's "What each end must refuse".

Passing means: the page says in plain words what happened, what is safe and whom to tell, shows nothing of
what was refused, sends nothing, and has the refused bytes ready as evidence. Each test is named for its item.

Item 24 waits for the daily snapshot of all organisations. Item 29: this end opens no letters. Lies are told
by a proxy between browser and hub; what it serves is forged with the Python end's own keys.
"""
