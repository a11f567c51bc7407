"""What the accounts lack before the first write, by reads alone: a rule a module."""

from stacksets.preflight.checking import Readiness, check_ready

__all__ = ["Readiness", "check_ready"]
