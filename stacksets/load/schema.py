"""The JSON Schema of the deployment file, which lets editors complete it and find mistakes."""

from __future__ import annotations

from stacksets.load.file import DeploymentFile


def deployment_schema() -> dict[str, object]:
    """Give the JSON Schema; `python -m stacksets.load` prints it as it is committed."""
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **DeploymentFile.model_json_schema()}
