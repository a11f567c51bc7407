"""What follows from the parameters: which of the optional resources a stack has."""

from troposphere import Condition, Equals, Not, Ref, Template

from generator.service.parameters import Parameters

API_LOGGING_ON = "ApiLoggingOn"
HAS_BOUNDARY = "HasPermissionsBoundary"
HAS_DOMAIN = "HasDomain"
HAS_CUSTOMER_KEY = "HasCustomerKey"
# A resource takes a condition by its name only, hence each of the two with its opposite.
CALLERS_ARE_SIGNED = "CallersAreSigned"
CALLERS_ARE_ANYONE = "CallersAreAnyone"
IS_PROD = "IsProd"
IS_NOT_PROD = "IsNotProd"


def add_conditions(template: Template, parameters: Parameters) -> None:
    """Put the conditions into the template."""
    conditions = {
        API_LOGGING_ON: Equals(Ref(parameters.api_logging), "on"),
        HAS_BOUNDARY: Not(Equals(Ref(parameters.permissions_boundary_arn), "")),
        HAS_DOMAIN: Not(Equals(Ref(parameters.domain_name), "")),
        HAS_CUSTOMER_KEY: Equals(Ref(parameters.encryption), "customer"),
        CALLERS_ARE_SIGNED: Equals(Ref(parameters.callers), "iam"),
        CALLERS_ARE_ANYONE: Not(Condition(CALLERS_ARE_SIGNED)),
        IS_PROD: Equals(Ref(parameters.environment_suffix), "prod"),
        IS_NOT_PROD: Not(Condition(IS_PROD)),
    }
    for name, condition in conditions.items():
        template.add_condition(name, condition)
