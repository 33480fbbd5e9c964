"""Runs migrations on the connection that the caller gives; it commits, this does not."""

import importlib
import pkgutil

from alembic import context

import server
from server.db.tables import METADATA

for package in pkgutil.iter_modules(server.__path__, "server."):
    if package.ispkg:
        parts = importlib.import_module(package.name).__path__
        if any(part.name == "models" for part in pkgutil.iter_modules(parts)):
            importlib.import_module(f"{package.name}.models")

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    # A migration that can't have its lock soon gives up, so that work does not queue behind it;
    # once it has all of them it takes as long as it must.
    lock_timeout_ms = int(context.config.attributes["lock_timeout_ms"])
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {lock_timeout_ms}")
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
context.configure(
    connection=connection,
    target_metadata=METADATA,
    transactional_ddl=False,
    render_as_batch=False,
)
context.run_migrations()
