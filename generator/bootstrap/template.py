"""The bootstrap template, composed in the order in which it is read."""

from collections.abc import Iterable

from troposphere import AWSObject, BaseAWSObject, GetAtt, Output, Ref, Template
from troposphere.iam import Role

from generator.bootstrap.api_gateway import build_api_gateway_logging
from generator.bootstrap.artifacts import build_artifacts
from generator.bootstrap.boundary import build_boundary
from generator.bootstrap.github import build_github
from generator.bootstrap.parameters import add_parameters, build_parameters
from generator.bootstrap.read_role import build_read_role
from generator.bootstrap.stack_set_roles import build_stack_set_roles
from generator.metadata import template_context


def build_bootstrap(service_types: Iterable[str]) -> Template:
    """One template for every account and region; its conditions say what stands where.

    Args:
        service_types: the resource types of the service, which the execution role has to handle.
    """
    parameters = build_parameters()
    boundary = build_boundary(parameters)
    roles = build_stack_set_roles(parameters, service_types)
    read_role = build_read_role(parameters)
    api_gateway = build_api_gateway_logging(parameters)
    artifacts = build_artifacts(parameters)
    github = build_github(parameters)

    template = _new_template()
    add_parameters(template, parameters)
    resources: list[BaseAWSObject] = [
        *(boundary, roles.administration, *roles.execution_policies, roles.execution, read_role),
        *(*api_gateway, *artifacts, *github),
    ]
    template.add_resource(resources)
    named = (roles.administration, roles.execution, read_role, api_gateway.role)
    template.add_output([_arn_of(role) for role in (*named, github.deploy, github.plan)])
    template.add_output(_reference("ServiceBoundaryArn", boundary, "The ARN of ServiceBoundary."))
    template.add_output(_reference("ArtifactBucketName", artifacts.bucket, "Where artifacts go."))
    return template


def _new_template() -> Template:
    template = Template(Description="What an account needs before the service's stack set.")
    template.set_version("2010-09-09")
    template.set_metadata(
        template_context(
            "A plain stack in the home region (roles and policies, which are global) and in every "
            "target region (API Gateway's account role, a bucket) of each account.",
            "it cannot be a stack set: it makes the roles that a stack set needs",
            "the admin account comes first: execution roles trust its administration role",
            "nothing that it makes can be changed by the execution role that it makes",
        )
    )
    return template


def _arn_of(role: Role) -> Output:
    return Output(
        f"{role.title}Arn",
        Description=f"The ARN of {role.title}.",
        Condition=role.resource["Condition"],
        Value=GetAtt(role, "Arn"),
    )


def _reference(title: str, resource: AWSObject, description: str) -> Output:
    output = Output(title, Description=description, Value=Ref(resource))
    condition = resource.resource.get("Condition")
    if condition:
        output.Condition = condition
    return output
