"""A process that writes until it is killed, and says each number once it has been promised that it is kept.

python -m tests.storage.endless_writer URL FIRST
"""

import asyncio
import os
import sys

from storage.database import Conflict, Database, Unavailable
from tests.storage.places import ADD, ADD_LID

WRITERS = 16


async def main(url: str, first: int) -> None:
    database = await Database.open(url)

    async def write(number: int) -> None:
        while True:
            try:
                async with database.write() as unit:
                    await unit.run(ADD, id=number, count=number)
                    await unit.run(ADD_LID, id=number, box=number)
            except Unavailable:
                await asyncio.sleep(0.01)
                continue
            except Conflict:  # it had been kept, only the answer was lost
                pass
            os.write(1, f"{number}\n".encode())
            number += WRITERS

    await asyncio.gather(*(write(first + place) for place in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
