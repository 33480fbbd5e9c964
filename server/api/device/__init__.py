"""What devices call: enrol, epoch, hello, push, pull, sign in, personal records."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from server.api.device.enrol import enrol
from server.api.device.epoch import open_epoch
from server.api.device.hello import say_hello
from server.api.device.personal import keep_record
from server.api.device.pull import pull_changes
from server.api.device.push import push_batch
from server.api.device.sign_in import sign_in

DEVICE_HANDLERS: tuple[ControllerRouterHandler, ...] = (
    Router(
        path="/device/v1",
        route_handlers=[
            enrol,
            open_epoch,
            say_hello,
            push_batch,
            pull_changes,
            sign_in,
            keep_record,
        ],
        tags=["device"],
    ),
)
