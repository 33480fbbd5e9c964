"""The application as a server process starts it: everything comes from the environment."""

import gc

from litestar import Litestar

from server.config import Settings
from server.core import Core
from server.logs import configure_logs
from server.main import create_app

COLLECT_AFTER = 100_000
"""A group of operations makes many small objects and no cycles: collecting every 700 costs a fifth of the time."""


def app_from_environment() -> Litestar:
    """Open the core that the settings name and serve it."""
    settings = Settings.from_environment()
    configure_logs(settings.log_level, settings.log_format)
    app = create_app(Core.open(settings))
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    return app
