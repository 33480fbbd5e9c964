"""Master records and imports over HTTP."""

from tests.api.desks import Desk
from tests.integrations.order_files import MAPPING, write_orders  # noqa: F401 - see below.
