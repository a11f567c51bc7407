"""The Actions that the control plane answers: a handler each, a file a family."""
