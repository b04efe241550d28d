"""What can go wrong while a unit, a teacher and a school come to trust each other."""

from __future__ import annotations

from lesson.problems import DEMO_ONLY, Problem, WaitwiseError


class ProvisioningError(WaitwiseError):
    """A certificate, key or request that cannot be used, or must not."""

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        """`problem` says what a person can do, where there is more to say than the message."""
        super().__init__(message)
        self.problem = problem


def demo_only(what: str) -> ProvisioningError:
    """The error of a stand-in that would weaken security outside a demo."""
    return ProvisioningError(f"{what} is for demos only.", DEMO_ONLY)
