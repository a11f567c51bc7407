"""What an account needs before the first deploy, as one plain stack in each of its regions."""

from stacksets.bootstrap.regions import BootstrapResult, bootstrap
from stacksets.bootstrap.stack import BootstrapChange

__all__ = ["BootstrapChange", "BootstrapResult", "bootstrap"]
