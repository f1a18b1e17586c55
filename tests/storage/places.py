"""Two small tables and the statements on them that the tests of storage share."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateTable

from storage.database import Database
from storage.statements import DIALECTS
from storage.tables import NAMES

metadata = MetaData(naming_convention=NAMES)
box = Table(
    "box",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Column("full", Boolean),
    Column("data", LargeBinary),
    Column("label", Text),
    UniqueConstraint("count", "label"),
)
lid = Table(
    "lid",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("box", BigInteger, ForeignKey("box.id")),
)
ADD, ADD_LID = insert(box), insert(lid)
GET = select(box).where(box.c.id == bindparam("id"))
LOCK = select(box.c.count).where(box.c.id == bindparam("id")).with_for_update()
SET = update(box).where(box.c.id == bindparam("id")).values(count=bindparam("count"))
COUNT = select(func.count()).select_from(box)
COUNT_LIDS = select(func.count()).select_from(lid)
IDS = select(box.c.id).order_by(box.c.id)


async def lay_out(database: Database) -> Database:
    """Make the tables."""
    async with database.write() as unit:
        for table in metadata.sorted_tables:
            await unit.run(text(str(CreateTable(table).compile(dialect=DIALECTS[database.dialect]()))))
    return database
