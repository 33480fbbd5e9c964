"""What server processes on one database tell each other; none of it is part of the book."""

from server.record import Record


class Peer(Record, frozen=True):
    """A server process that runs; it lives while its beat rises.

    No clock stands here: machines' clocks differ and jump, and so may the database's at a failover.
    """

    TABLE = "server_process"
    KEY = ("site", "name")

    site: int
    """Always the network, 0."""
    name: str
    beat: int
    version: str
    schema: int
    """Number of the schema that its program was written for."""


class Duty(Record, frozen=True):
    """Which process does what only one may do at a time; it counts while that process lives."""

    TABLE = "server_duty"
    KEY = ("site", "name")

    site: int
    """Always the network, 0."""
    name: str
    holder: str


class SchemaRule(Record, frozen=True):
    """From which schema on a program can work with the schema that is there."""

    TABLE = "schema_rule"
    KEY = ("site",)

    site: int
    """Always the network, 0."""
    compatible_from: int


class Guesses(Record, frozen=True):
    """Wrong guesses at a secret, counted for all processes together."""

    TABLE = "wrong_guesses"
    KEY = ("site", "name")

    site: int
    """Always the network, 0."""
    name: str
    """For whom they were made, and where."""
    count: int
    at: int
    """Server time of the last, ms."""
