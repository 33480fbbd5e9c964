"""Why a terminal's step is not taken: the person is told, and nothing was written."""

from collections.abc import Mapping

from server.errors import ConflictError, NotFoundError


class StepError(ConflictError):
    """The terminal's number, or what it sent under it, is not what the server expects."""

    code = "scan.out_of_step"
    title = "This is not the next step"

    def __init__(self, detail: str, step: int) -> None:
        """Say which step was the last that was taken."""
        super().__init__(detail)
        self.extras: Mapping[str, int | str] = {"step": step}


class NothingBegunError(ConflictError):
    """An input came before any work was begun."""

    code = "scan.nothing_begun"
    title = "Begin some work first"


class InHandError(ConflictError):
    """Something was scanned that no line tells of yet; other work would lose it."""

    code = "scan.in_hand"
    title = "Finish or undo what is in the hand first"


class NoWorkError(ConflictError):
    """There is no such work, or it was given to somebody else."""

    code = "scan.no_work"
    title = "There is no such work to take on"


class UnknownWorkflowError(NotFoundError):
    """No workflow has this name."""

    code = "scan.unknown_workflow"
    title = "There is no such workflow"
