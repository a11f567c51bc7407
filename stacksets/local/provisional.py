"""Stands in until stacksets.local.control_plane exports ControlPlane."""

try:
    from stacksets.local.control_plane import ControlPlane
except ImportError:

    class ControlPlane:
        """Answers nothing."""

        actions = frozenset()

        def __init__(self, **_):
            pass

        def handle(self, **_):
            return 400, b""

        def reset(self):
            pass

        def close(self):
            pass
