"""The application, made once: that takes longer than most scenarios."""

from litestar import Litestar

from server.core import Core
from server.main import create_app, put_core

_made: dict[int, Litestar] = {}


def app_over(core: Core) -> Litestar:
    """Serve a core by an application whose former core is closed, if there is one."""
    limit = core.settings.push_bytes_max
    app = _made.get(limit)
    if app is None or not app.state.core.closed:
        app = _made[limit] = create_app(core)
    else:
        put_core(app, core)
    return app
