"""The access log: every look is durable here before anything is released. Appended to, never changed."""
