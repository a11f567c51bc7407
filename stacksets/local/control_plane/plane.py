"""The control plane as its caller sees it: a form in, a status and a body out."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacksets.local.control_plane.auto_deployment import AutoDeployer
from stacksets.local.control_plane.clients import Clients
from stacksets.local.control_plane.clock import SYSTEM_CLOCK
from stacksets.local.control_plane.engine import Engine
from stacksets.local.control_plane.errors import ApiError
from stacksets.local.control_plane.gates import Gates
from stacksets.local.control_plane.injection import Injection
from stacksets.local.control_plane.large_templates import TemplateLender
from stacksets.local.control_plane.operations.callers import find_administrator, has_access
from stacksets.local.control_plane.operations.context import Context
from stacksets.local.control_plane.operations.table import HANDLERS
from stacksets.local.control_plane.outside import Outside
from stacksets.local.control_plane.protocol.requests import decode_request
from stacksets.local.control_plane.protocol.responses import encode_error, encode_response
from stacksets.local.control_plane.roles import RoleChain, read_role
from stacksets.local.control_plane.settings import Settings
from stacksets.local.control_plane.stacks import Stacks
from stacksets.local.control_plane.store import Store
from stacksets.local.control_plane.work import Worker
from stacksets.local.organizations.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stacksets.local.control_plane.clock import Clock
    from stacksets.local.control_plane.roles import PoliciesAllow, Role, TrustAllows
    from stacksets.local.organizations.moves import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """All that a reset throws away."""

    store: Store
    engine: Engine
    ending: threading.Event


class ControlPlane:
    """CloudFormation StackSets over real stacks of the embedded AWS.

    `endpoint_url` is called back for stacks and roles, with the account as access key.
    `trust_allows` and `policies_allow` evaluate IAM policies; `directory` knows the organizations,
    without it there are none. `is_enabled` tells whether an account may use a region; without it
    all may use all. `settings` may be replaced at any time. Thread-safe; `handle` blocks, and so
    belongs on a thread of its own.
    """

    actions = frozenset(HANDLERS)

    def __init__(
        self,
        *,
        endpoint_url: str,
        trust_allows: TrustAllows,
        policies_allow: PoliciesAllow,
        directory: Directory | None = None,
        is_enabled: Callable[[str, str], bool] = lambda *_: True,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._directory = directory or Directory(lambda _: None)
        self.settings = Settings()
        self._is_enabled = is_enabled
        self._clients = Clients(endpoint_url)
        self._outside = Outside(self._clients)
        self._roles = RoleChain(
            find_role=self._find_role, trust_allows=trust_allows, policies_allow=policies_allow
        )
        self._clock = clock
        self._injection = Injection(lambda: self.settings)
        self._state = self._new_state()

    def answers(self, action: str, form: Mapping[str, str]) -> bool:
        """Tell whether a request is for StackSets: a summary also is of a body, as theirs are."""
        return action in self.actions and (
            action != "GetTemplateSummary" or bool({"StackSetName", "TemplateBody"} & form.keys())
        )

    def handle(self, *, account: str, region: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        """Answer one request of the query protocol: the HTTP status and the XML body.

        `form` is the decoded body, one that `answers` is true of; `account` and `region` are the
        caller's.
        """
        action = form["Action"]
        try:
            self.check_request(action)
            params = decode_request(action, form)
            state = self._state
            with state.store.lock:
                context = Context(
                    action=action,
                    caller=account,
                    account=find_administrator(self._directory, account, params),
                    region=region,
                    store=state.store,
                    engine=state.engine,
                    clock=self._clock,
                    settings=self.settings,
                    outside=self._outside,
                    directory=self._directory,
                )
                result = HANDLERS[action](context, params)
                return encode_response(action, result)
        except ApiError as error:
            return encode_error(error)

    def check_request(self, action: str) -> None:
        """Answer a request with the error that the settings ask for; other services' too.

        Raises:
            ApiError: that error.
        """
        self._injection.check_request(action)

    def follow(self, move: Move) -> None:
        """Deploy automatically what an account's move through its organization asks for."""
        state = self._state
        with state.store.lock:
            if has_access(self._directory, state.store, self.settings, move.management):
                deployer = AutoDeployer(store=state.store, engine=state.engine, clock=self._clock)
                deployer.follow(move)

    def reset(self) -> None:
        """Forget every stack set and setting, and stop what runs; stacks are not touched."""
        self.close()
        self.settings = Settings()
        self._state = self._new_state()

    def close(self) -> None:
        """Stop what runs, and wait until it has."""
        state = self._state
        state.ending.set()
        state.engine.join()

    def _new_state(self) -> _State:
        store, ending = Store(), threading.Event()
        stacks = Stacks(
            self._clients.cloudformation,
            TemplateLender(self._clients.s3),
            clock=self._clock,
            ending=ending,
        )
        gates = Gates(client_for=self._clients.functions, roles=self._roles)
        engine = Engine(
            store.lock,
            Worker(
                roles=self._roles, gates=gates, stacks=stacks, is_enabled=self._is_enabled
            ).carry_out,
            clock=self._clock,
            injection=self._injection,
            ending=ending,
        )
        return _State(store=store, engine=engine, ending=ending)

    def _find_role(self, account: str, name: str) -> Role | None:
        """Read a role; a closed account's cannot be assumed, and so is as good as none."""
        organization = self._directory.find_organization(account)
        if organization is not None and organization.is_suspended(account):
            return None
        return read_role(self._clients.iam(account), name)
