"""A board that nobody looks at."""

from server.demo.handheld import Handheld


class QuietBoard:
    """Keeps the phases, shows nothing."""

    def __init__(self) -> None:
        """Begin with none."""
        self.phases: list[str] = []

    def phase(self, name: str, jobs: int) -> None:
        """Keep a phase."""
        assert jobs >= 0
        self.phases.append(name)

    def done(self, jobs: int = 1) -> None:
        """Show nothing."""

    def watch(self, crew: list[Handheld]) -> None:
        """Watch nobody."""
