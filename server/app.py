"""The application as a server process starts it: everything comes from the environment."""

from litestar import Litestar

from server.config import Settings
from server.core import Core
from server.logs import configure_logs
from server.main import create_app


def app_from_environment() -> Litestar:
    """Open the core that the settings name and serve it."""
    settings = Settings.from_environment()
    configure_logs(settings.log_level, settings.log_format)
    return create_app(Core.open(settings))
