"""Who plays: invented organisations and people, and how each of them came to hold a key."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from crypto.accreditation import OrganisationKind


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person: ``key`` is what the demo calls them, ``address`` what they sign in with."""

    key: str
    name: str
    address: str
    mail: str
    role: str


@dataclass(frozen=True, slots=True)
class House:
    """One invented organisation: the first of its people founds it."""

    key: str
    legal_name: str
    domain: str
    kind: OrganisationKind
    people: tuple[Person, ...]


def _person(key: str, name: str, domain: str, role: str = "worker") -> Person:
    return Person(key, name, f"{key}@{domain}", f"{key}@{domain}", role)


VCU = House(
    "vcu",
    "Sampleshire Victim Care Unit (invented)",
    "vcu.example",
    OrganisationKind.VCU,
    (
        _person("morgan", "Morgan Placeholder", "vcu.example", "manager"),
        _person("robin", "Robin Example", "vcu.example"),
        _person("quinn", "Quinn Specimen", "vcu.example", "reviewer"),
    ),
)
HOUSING = House(
    "housing",
    "Tidewater Homes (invented)",
    "tidewater.example",
    OrganisationKind.PARTNER,
    (
        _person("ash", "Ash Placeholder", "tidewater.example", "manager"),
        _person("sky", "Sky Dummy", "tidewater.example"),
        _person("blake", "Blake Phantom", "tidewater.example"),
    ),
)
CHARITY = House(
    "charity",
    "Harbour Light (invented)",
    "harbourlight.example",
    OrganisationKind.PARTNER,
    (
        _person("jo", "Jo Madeup", "harbourlight.example", "manager"),
        _person("lee", "Lee Notreal", "harbourlight.example"),
    ),
)
HEALTH = House(
    "health",
    "Northgate Health (invented)",
    "northgate.example",
    OrganisationKind.PARTNER,
    (_person("kit", "Kit Fictional", "northgate.example", "manager"),),
)
POLICE = House(
    "police",
    "Sampleshire Police, Victim Liaison (invented)",
    "police.example",
    OrganisationKind.POLICE,
    (_person("drew", "Drew Imaginary", "police.example", "manager"),),
)
OVERSIGHT = House(
    "oversight",
    "Office of the Sampleshire Commissioner (invented)",
    "commissioner.example",
    OrganisationKind.OVERSIGHT,
    (_person("val", "Val Supposed", "commissioner.example", "manager"),),
)
HOUSES = (VCU, HOUSING, CHARITY, HEALTH, POLICE, OVERSIGHT)


@dataclass(slots=True)
class Held:
    """What one person keeps for themself: shown at the end, because they are invented."""

    key: str
    name: str
    address: str
    organisation: str
    role: str
    words: str


@dataclass(slots=True)
class Memory:
    """What a later run needs in order to go on: kept beside the demo's data, readable by its owner."""

    root: str = ""
    circle: str = ""
    people: list[Held] = field(default_factory=list)
    kits: dict[str, str] = field(default_factory=dict)
    finished: bool = False

    def person(self, key: str) -> Held:
        """One of the people. KeyError when they have not joined."""
        for held in self.people:
            if held.key == key:
                return held
        raise KeyError(key)

    def left(self, key: str) -> None:
        """Somebody can sign in no more."""
        self.person(key).role = "left"

    def write(self, path: Path) -> None:
        """Keep it, readable by its owner alone."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Memory:
        """What was kept. ValueError or KeyError when it cannot be used."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        kept["people"] = [Held(**person) for person in kept["people"]]
        return cls(**kept)
