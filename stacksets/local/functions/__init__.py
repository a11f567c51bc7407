"""Runs Lambda handlers as Lambda does: one process an execution environment, by awslambdaric."""
