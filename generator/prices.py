"""Unit prices of AWS, each with its name. Unverified: set down from memory, checked by nobody.

They are list prices of US East (N. Virginia) in dollars, without free tier, discount and tax;
us-west-1 is dearer by up to a third. Whoever verifies one at AWS's price pages says so here and
sets the date.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

AS_OF: Final = "2026-11"


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for so many of one thing."""

    name: str
    dollars: Decimal
    per: int = 1

    def of(self, quantity: Decimal | int) -> Decimal:
        """What that many cost."""
        return self.dollars * quantity / self.per


def _price(name: str, dollars: str, per: int = 1) -> Price:
    return Price(name, Decimal(dollars), per)


API_REQUEST: Final = _price("REST API request", "3.50", 1_000_000)
FUNCTION_REQUEST: Final = _price("Lambda request", "0.20", 1_000_000)
FUNCTION_GB_SECOND: Final = _price("Lambda GB-second on arm64", "0.0000133334")
LOG_GB: Final = _price("GB of log taken in", "0.50")
LOG_GB_MONTH: Final = _price("GB of log kept for a month", "0.03")
TRACE: Final = _price("X-Ray trace recorded", "5.00", 1_000_000)
ALARM: Final = _price("alarm on a metric, month", "0.10")
COMPOSITE_ALARM: Final = _price("composite alarm, month", "0.50")
DASHBOARD: Final = _price("dashboard, month", "3.00")
METRIC: Final = _price("custom metric, month", "0.30")
MAIL: Final = _price("e-mail by SNS", "2.00", 100_000)
HEALTH_CHECK: Final = _price("health check, month", "0.50")
HEALTH_CHECK_HTTPS: Final = _price("health check over HTTPS, month, on top", "1.00")
CERTIFICATE: Final = _price("public certificate of ACM", "0.00")
DOMAIN_NAME: Final = _price("custom domain name of a REST API", "0.00")
KEY: Final = _price("KMS key, month", "1.00")
KEY_REQUEST: Final = _price("KMS request", "0.03", 10_000)

PRICES: Final = (
    *(API_REQUEST, FUNCTION_REQUEST, FUNCTION_GB_SECOND, LOG_GB, LOG_GB_MONTH, TRACE),
    *(ALARM, COMPOSITE_ALARM, DASHBOARD, METRIC, MAIL, HEALTH_CHECK, HEALTH_CHECK_HTTPS),
    *(CERTIFICATE, DOMAIN_NAME, KEY, KEY_REQUEST),
)
