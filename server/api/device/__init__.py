"""What devices call: enrol, epoch, hello, push, pull, scan, sign in, records, attachments."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from server.api.device.attachments import show_attachment, take_piece
from server.api.device.digest import compare_buckets
from server.api.device.enrol import enrol
from server.api.device.epoch import open_epoch
from server.api.device.hello import say_hello
from server.api.device.live import open_stream
from server.api.device.personal import keep_record
from server.api.device.pull import pull_changes
from server.api.device.push import push_batch
from server.api.device.rotate import rotate_key
from server.api.device.scan import take_scan
from server.api.device.sign_in import sign_in
from server.api.floods import guarded

DEVICE_HANDLERS: tuple[ControllerRouterHandler, ...] = (
    Router(
        path="/device/v1",
        route_handlers=[
            enrol,
            open_epoch,
            say_hello,
            push_batch,
            pull_changes,
            compare_buckets,
            open_stream,
            rotate_key,
            take_scan,
            sign_in,
            keep_record,
            show_attachment,
            take_piece,
        ],
        middleware=[guarded],
        tags=["device"],
    ),
)
