"""One endpoint asked as it wants to be: signed, where the table [smoke] says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.errors import AwsError, CredentialsError
from stacksets.smoke.http import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacksets.aws.door import Aws
    from stacksets.smoke.endpoint import Endpoint
    from stacksets.smoke.http import Answer, Http

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Asks an endpoint; `role_name` is the role through which other accounts are signed for."""

    endpoint: Endpoint
    http: Http
    aws: Aws
    role_name: str | None

    def ask(self) -> Answer | NoAnswerError:
        """Ask as the endpoint wants it; a signature ages, so each asking has its own.

        Raises:
            CredentialsError: the credentials stopped working.
        """
        endpoint = self.endpoint
        try:
            headers = self._sign(endpoint.sign) if endpoint.sign else None
            return self.http.get(endpoint.url, timeout_seconds=TIMEOUT_SECONDS, headers=headers)
        except NoAnswerError as error:
            return error
        except CredentialsError:
            raise
        except AwsError as error:
            return NoAnswerError(f"could not sign: {error.message}", final=True)

    def ask_as_anybody(
        self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> Answer | NoAnswerError:
        """Ask without a signature."""
        try:
            return self.http.get(url, timeout_seconds=timeout_seconds)
        except NoAnswerError as error:
            return error

    def _sign(self, service: str) -> Mapping[str, str]:
        """Sign with the credentials of the run, in other accounts with those of the read role."""
        key = self.endpoint.key
        return self.aws.account(key.account, key.region, self.role_name).sign_get(
            self.endpoint.url, service
        )
