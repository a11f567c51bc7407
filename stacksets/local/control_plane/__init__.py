"""Our StackSets control plane: the operations that a deployer's commands use, over real stacks.

What AWS does is told by the StackSets user guide and API reference; what they leave open is marked
assumed where it stands. `plane` is the door, `operations/` the Actions, `engine` and `schedule` run
an operation, `work`, `roles`, `gates` and `stacks` do what it does in one account and Region,
`auto_deployment` follows accounts through their organization, `protocol/` speaks the query
protocol.
"""

from stacksets.local.control_plane.clients import USER_AGENT
from stacksets.local.control_plane.clock import Clock, SystemClock
from stacksets.local.control_plane.plane import ControlPlane
from stacksets.local.control_plane.roles import PoliciesAllow, TrustAllows
from stacksets.local.control_plane.settings import (
    Failure,
    Refusal,
    Replay,
    Settings,
    read_settings,
)

__all__ = [
    "USER_AGENT",
    "Clock",
    "ControlPlane",
    "Failure",
    "PoliciesAllow",
    "Refusal",
    "Replay",
    "Settings",
    "SystemClock",
    "TrustAllows",
    "read_settings",
]
