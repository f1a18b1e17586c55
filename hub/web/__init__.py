"""The web mailbox's files: the app as it was when the hub started, and what a browser may do with it."""
