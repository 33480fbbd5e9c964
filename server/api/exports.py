"""Exports that are sent as they are read: each holds a connection for as long as its reader takes.

So only some run at once and the others wait for their turn, holding neither a connection nor a
thread. If as many as there are connections could run, those who wait for one would sit on every
thread that could finish an export and give its connection back: nothing would move any more.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

from server.core import Core


async def as_read(core: Core, portions: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Portions as they are read, from the moment at which it is this export's turn."""
    async with core.exports:
        while (portion := await asyncio.to_thread(next, portions, None)) is not None:
            yield portion
