"""The totebook command."""

import gc
import importlib
import sys

import click

from server.config import ConfigError
from server.errors import TotebookError

COMMANDS = {
    "admin": "server.commands.people:admin_command",
    "archive": "server.commands.archiving:archive_command",
    "backup": "server.commands.book:backup_command",
    "carry": "server.commands.pushing:carry_command",
    "conformance": "server.conformance.command:conformance_command",
    "demo": "server.demo.command:demo_command",
    "devices": "server.commands.devices:devices_group",
    "erase": "server.commands.privacy:erase_command",
    "export": "server.commands.exporting:export_group",
    "import": "server.commands.importing:import_group",
    "migrate": "server.commands.book:migrate_command",
    "push": "server.commands.pushing:push_command",
    "restore": "server.commands.book:restore_command",
    "restored": "server.commands.book:restored_command",
    "roles": "server.commands.roles:roles_command",
    "serve": "server.commands.serving:serve_command",
    "simulate": "server.simulation.command:simulate_command",
    "verify": "server.commands.book:verify_command",
    "workload": "server.commands.planning:workload_command",
}
"""Where each command stands; its module is read only when it is called."""


class Commands(click.Group):
    """Commands that are read when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Read one."""
        del ctx
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, name = place.split(":")
        # What is read stays: to look through it again and again takes a tenth of the start.
        gc.disable()
        command: click.Command = getattr(importlib.import_module(module), name)
        gc.freeze()
        gc.enable()
        return command


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="totebook")
def totebook() -> None:
    """Totebook: the mobile backend of third-party e-commerce logistics.

    Settings come from TOTEBOOK_* environment variables; docs/settings.md lists them.
    """


def main() -> None:
    """Run the command; what a person can mend is said in one sentence."""
    try:
        totebook()
    except (ConfigError, TotebookError) as error:
        click.secho(f"totebook: {error}", fg="red", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
