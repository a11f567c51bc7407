"""What follows from the parameters: which of the optional resources a stack has."""

from troposphere import And, Condition, Equals, Not, Ref, Region, Template

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
IS_MONITORED = "IsMonitored"
MAKES_DASHBOARD = "MakesDashboard"
HAS_ALARM_EMAIL = "HasAlarmEmail"
# Without a domain the traffic state leads nobody anywhere: callers still come.
IS_DRAINED = "IsDrained"


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
        IS_MONITORED: Not(Equals(Ref(parameters.monitoring_region), "")),
        MAKES_DASHBOARD: Equals(Region, Ref(parameters.monitoring_region)),
        HAS_ALARM_EMAIL: And(Condition(IS_MONITORED), Not(Equals(Ref(parameters.alarm_email), ""))),
        IS_DRAINED: And(Condition(HAS_DOMAIN), Equals(Ref(parameters.traffic_state), "drain")),
    }
    for name, condition in conditions.items():
        template.add_condition(name, condition)
