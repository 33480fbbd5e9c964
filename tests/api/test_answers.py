"""Waiting for lanes: an answer, an error, and a caller who hangs up."""

import asyncio
from concurrent.futures import Future

import pytest

from server.api.answers import answered
from server.errors import UnavailableError


def test_answer_comes_from_another_thread() -> None:
    async def wait() -> str:
        future: Future[str] = Future()
        waiting = asyncio.create_task(answered(future))
        await asyncio.sleep(0)
        await asyncio.to_thread(future.set_result, "stored")
        return await waiting

    assert asyncio.run(wait()) == "stored"


def test_error_of_the_lane_is_raised() -> None:
    async def wait() -> None:
        future: Future[str] = Future()
        future.set_exception(UnavailableError("the disk is full"))
        await answered(future)

    with pytest.raises(UnavailableError, match="the disk is full"):
        asyncio.run(wait())


def test_caller_who_hangs_up_leaves_the_lanes_future_alone() -> None:
    async def hang_up() -> Future[str]:
        future: Future[str] = Future()
        waiting = asyncio.create_task(answered(future))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert not future.cancelled()
        future.set_result("stored")
        await asyncio.sleep(0)
        return future

    assert asyncio.run(hang_up()).result() == "stored"
