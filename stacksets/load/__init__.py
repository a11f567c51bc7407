"""A deployment file as a Deployment, or all of its problems at once.

    read -> choose the environment -> fill the placeholders -> look at every table's shape
         -> lay the environment over the base -> look at how the tables fit -> build

Everything that can be told without AWS is told here. Only `Deployment.bound_to` remains, which puts
the caller's account in once it is known.
"""

from __future__ import annotations

from stacksets.load.loading import load_deployment
from stacksets.load.schema import deployment_schema

__all__ = ["deployment_schema", "load_deployment"]
