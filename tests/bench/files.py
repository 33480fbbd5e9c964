"""The server as it is, with one address more: files, sent through the very same stack."""

import os

from litestar import Litestar
from litestar.static_files import create_static_files_router

from server.main import app_from_environment

FOLDER = "BENCH_FILES"
"""The environment variable that names the folder."""
PATH = "/bench"


def app_with_files() -> Litestar:
    """Make the application that the measurement of pull is held against."""
    app = app_from_environment()
    app.register(create_static_files_router(path=PATH, directories=[os.environ[FOLDER]]))
    return app
