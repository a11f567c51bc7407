"""Why stack instances failed: of one operation's results, or of the instances as they stand."""

from stacksets.diagnosing.causes import find_root_causes, list_not_attempted
from stacksets.diagnosing.standing import diagnose, diagnose_operation

__all__ = ["diagnose", "diagnose_operation", "find_root_causes", "list_not_attempted"]
