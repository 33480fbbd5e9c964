"""How handlers wait for threads: lanes' answers, and outcomes of what they said to a lane."""

import asyncio
from concurrent.futures import Future
from typing import TypeVar

import msgspec

from device_protocol.messages import Outcome
from server.core import Core
from server.lane.message import Message
from server.sync.batches import Answer, Batch

T = TypeVar("T")
_decode = msgspec.json.Decoder(Outcome).decode


async def answered(future: "Future[T]") -> T:
    """Wait for a lane's future without ever cancelling it.

    Who hangs up must not stop the others' group.
    """
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[T] = loop.create_future()

    def tell() -> None:
        if waiter.done():
            return
        error = future.exception()
        if error is not None:
            waiter.set_exception(error)
        else:
            waiter.set_result(future.result())

    future.add_done_callback(lambda _future: loop.call_soon_threadsafe(tell))
    return await waiter


async def submitted(core: Core, batch: Batch) -> Answer:
    """Have a batch decided and answer what the lane says of it, once it is durable."""
    return await answered(core.lanes.submit(batch))


async def said(core: Core, site: int, stream: int, *messages: Message) -> list[Outcome]:
    """Say messages to a lane and answer their outcomes, in order, once they are durable."""
    answer = await answered(core.lanes.say(site, stream, *messages))
    return [_decode(outcome) for outcome in answer.outcomes]
