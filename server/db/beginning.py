"""Beginning a transaction by a statement of ours: the drivers are told to begin none themselves."""

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

_SINGLE = "totebook_single"


def begin_with(engine: Engine, statement: str) -> None:
    """Have every transaction of an engine begin with this statement."""

    def begin(connection: Connection) -> None:
        if _SINGLE not in connection.get_execution_options():
            connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)


def without_begin(engine: Engine) -> Engine:
    """The same engine and its connections for single statements, each a transaction by itself."""
    return engine.execution_options(**{_SINGLE: True})
