"""The bootstrap template, composed in the order in which it is read."""

from troposphere import BaseAWSObject, GetAtt, Output, Template
from troposphere.iam import Role

from generator.bootstrap.api_gateway import build_api_gateway_logging
from generator.bootstrap.parameters import add_parameters, build_parameters
from generator.bootstrap.read_role import build_read_role
from generator.bootstrap.stack_set_roles import build_stack_set_roles
from generator.metadata import template_context


def build_bootstrap() -> Template:
    """One template for every account and region; its conditions say what stands where."""
    parameters = build_parameters()
    roles = build_stack_set_roles(parameters)
    read_role = build_read_role(parameters)
    api_gateway = build_api_gateway_logging(parameters)

    template = Template(Description="What an account needs before the service's stack set.")
    template.set_version("2010-09-09")
    template.set_metadata(
        template_context(
            "A plain stack in the home region (roles, which are global) and in every target "
            "region (API Gateway's account role) of each account.",
            "it cannot be a stack set: it makes the roles that a stack set needs",
            "the admin account comes first: execution roles trust its administration role",
        )
    )
    add_parameters(template, parameters)
    named = (*roles, read_role)
    resources: list[BaseAWSObject] = [*named, *api_gateway]
    template.add_resource(resources)
    template.add_output([_arn_of(role) for role in (*named, api_gateway.role)])
    return template


def _arn_of(role: Role) -> Output:
    return Output(
        f"{role.title}Arn",
        Description=f"The ARN of {role.title}.",
        Condition=role.resource["Condition"],
        Value=GetAtt(role, "Arn"),
    )
