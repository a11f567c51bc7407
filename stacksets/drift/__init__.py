"""Whether what is there still is what the stacks were made from: detected, then read."""

from stacksets.drift.detecting import detect_drift, follow_latest_detection
from stacksets.drift.reading import read_drift

__all__ = ["detect_drift", "follow_latest_detection", "read_drift"]
