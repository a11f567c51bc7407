"""Who may invoke the function: this API, this stage, these paths, the alias and no version."""

from troposphere import AccountId, Ref, Sub
from troposphere.apigateway import RestApi
from troposphere.awslambda import Alias, Permission

from generator.metadata import context
from generator.settings import PATHS, STAGE_NAME


def build_permissions(api: RestApi, alias: Alias) -> tuple[Permission, ...]:
    """One for each path; every method, for the function is what refuses all but GET."""
    return tuple(
        Permission(
            f"{title}Permission",
            Metadata=context(f"/{path} of this API and stage may invoke the alias."),
            Action="lambda:InvokeFunction",
            FunctionName=Ref(alias),
            Principal="apigateway.amazonaws.com",
            SourceAccount=AccountId,
            SourceArn=Sub(
                "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
                f"${{{api.title}}}/{STAGE_NAME}/*/{path}"
            ),
        )
        for title, path in PATHS.items()
    )
