"""Where things are kept: one database and one store of blobs. Imports nothing of ours; knows no feature but
their tables."""
