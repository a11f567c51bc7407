"""The constants of the service.

Nothing here is read from the environment: the same source renders the same bytes everywhere.
"""

from dataclasses import dataclass

# What this service is called in role names, role paths and stack names.
SERVICE = "multi-region-service"

# Clients and dashboards know the name and the stage; the environment never shows in them.
API_NAME = "MultiRegionService"
STAGE_NAME = "prod"

# Where the handler's own metrics go; the service, so that its environments are dimensions.
METRICS_NAMESPACE = "MultiRegionService"

# What a GET reaches: the path by the logical id of its resource.
PATHS = {"MyResource": "myresource", "Health": "health"}

# The same set as in handler/index.py: whoever answers, a caller sees these headers.
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}

# What each tag is filled from: the parameter of the same meaning.
TAGS = {
    "Environment": "EnvironmentSuffix",
    "Repository": "Repository",
    "Author": "Author",
}

# Where the service stacks go, and where the stack set and the roles live.
TARGET_REGIONS = ("us-east-1", "us-west-1")
HOME_REGION = "us-west-2"

# Who signs what a GitHub Actions job says of itself; the same host names the claims in conditions.
GITHUB_TOKENS = "token.actions.githubusercontent.com"

# Where Route 53 probes from: three, the fewest that it takes, and none that a region of ours shares
# a fate with.
CHECKER_REGIONS = ("eu-west-1", "us-west-2", "ap-southeast-1")

# CreateStackSet refuses a longer TemplateBody (CloudFormation API reference, CreateStackSet).
TEMPLATE_BODY_LIMIT_BYTES = 51_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What may differ between two renders of the service.

    Attributes:
        runtime: Lambda's identifier of the runtime.
        memory_mb: memory of the function, and with it its share of a processor.
        function_timeout_seconds: shorter than the integration's, so that the function's own
            log tells of a timeout.
        integration_timeout_milliseconds: shorter than API Gateway's 29 s.
        tls_policy: TLS 1.2 stays in it because Route 53's HTTPS health checks need it.
        log_level: what the function logs; health checks are logged at DEBUG.
    """

    runtime: str = "python3.14"
    memory_mb: int = 256
    function_timeout_seconds: int = 2
    integration_timeout_milliseconds: int = 6000
    tls_policy: str = "SecurityPolicy_TLS13_1_2_PQ_2025_09"
    log_level: str = "INFO"


SETTINGS = Settings()
