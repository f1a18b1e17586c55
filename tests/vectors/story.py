"""A circle's story as vectors are told it: a pool of entries, and cases of a history and one more."""

from __future__ import annotations

from typing import Any

from crypto.accreditation import OrganisationKind
from crypto.entries import Entry
from crypto.organisation import Role
from tests.crypto.build import House, Person, Ring, World
from tests.vectors.form import Case, case


class Story:
    """A pool of entries, and cases that are a history and one entry more."""

    def __init__(self) -> None:
        self.world = World()
        self.unit = self.world.house("Unit", OrganisationKind.VCU)
        self.partner, self.other = self.world.house("Partner"), self.world.house("Other")
        self.police = self.world.house("Police", OrganisationKind.POLICE)
        self.second = self.world.house("Second Unit", OrganisationKind.VCU)
        self.ann = self.partner.admit(Person("Ann"))
        self.reader = self.partner.admit(Person("Rita"), Role.REVIEWER)
        self.pool: dict[str, Entry] = {}
        self.cases: list[Case] = []
        self.log: list[list[Any]] = []
        self.ring = Ring(self.world, self.unit)
        self._keep("open", *self.ring.taken[0])

    def _keep(self, name: str, entry: Entry, received_at: int) -> None:
        self.pool[name] = entry
        self.log.append([name, received_at])

    def good(
        self,
        name: str,
        kind: int,
        said: Any,
        house: House | None = None,
        by: Person | None = None,
        **more: Any,
    ) -> bytes:
        """An entry that holds; also a case. Returns its hash."""
        entry = self.ring.entry(kind, said, house, by, **more)
        self.ring.take(entry)
        self._keep(name, entry, self.ring.now)
        self.cases.append(case(name, "log", chains=self.names(), log=list(self.log)))
        return entry.hash

    def bad(
        self, name: str, code: str, kind: int, said: Any,
        house: House | None = None, by: Person | None = None,
        *, at: int | None = None, **more: Any,
    ) -> None:  # fmt: skip
        """An entry that is refused here."""
        entry = self.ring.entry(kind, said, house, by, **more)
        self.refuse(name, code, entry, at)

    def refuse(self, name: str, code: str, entry: Entry, at: int | None = None) -> None:
        """A given entry that is refused here."""
        self.pool[name] = entry
        log = [*self.log, [name, at or self.ring.now + 1000]]
        self.cases.append(case(name, "log", code, chains=self.names(), log=log))

    def names(self) -> list[str]:
        """The directory as it is now: a chain is named by its organisation and length."""
        return [f"{house.name} {house.chain.length}" for house in self.world.houses.values()]
