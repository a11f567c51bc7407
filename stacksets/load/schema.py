"""The JSON Schema of the deployment file, which lets editors complete it and find mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic.json_schema import GenerateJsonSchema

from stacksets.load.file import DeploymentFile

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema


class _TomlSchema(GenerateJsonSchema):
    """TOML has no null: a key that is not needed is left out, and nothing else."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic's signature
        return False


def deployment_schema() -> dict[str, object]:
    """Give the JSON Schema; `python -m stacksets.load` prints it as it is committed."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **DeploymentFile.model_json_schema(schema_generator=_TomlSchema),
        "title": "A deployment file of stacksets",
    }
