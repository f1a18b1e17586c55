"""What a caller of the database must tell apart. Everything else a driver raises is a fault of ours and
passes through."""


class Unavailable(Exception):
    """The database is away, full, or was busy for too long. Nothing of the unit was kept, unless its commit
    was already on the way when the connection broke: then it may have been kept, and trying again must be
    harmless."""


class Conflict(Exception):
    """A unique or foreign key was violated. `constraint` is its name, where the database tells or it can be
    foretold."""

    def __init__(self, constraint: str | None) -> None:
        super().__init__(constraint or "a unique or foreign key")
        self.constraint = constraint
