"""One execution environment: a process that runs awslambdaric on one version of a function."""

from __future__ import annotations

import dataclasses
import os
import selectors
import subprocess
import sys
import time
import uuid
from typing import TYPE_CHECKING

from stacksets.local.functions.function import Answer, FunctionVersion, Invocation, error_answer
from stacksets.local.functions.runtime_api import RuntimeApi

if TYPE_CHECKING:
    from pathlib import Path

# "The Init phase is limited to 10 seconds" (Lambda developer guide, execution environment).
INIT_SECONDS = 10.0
_CHUNK = 65536


def environment_variables(function: FunctionVersion, *, code: Path, api: str) -> dict[str, str]:
    """Give the variables that Lambda sets, the function's own below them.

    Lambda developer guide, "Defined runtime environment variables". Nothing of this machine's
    environment but PATH reaches the handler. AWS_EXECUTION_ENV names the template's runtime.
    """
    stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{function.version}]{uuid.uuid4().hex}"
    return {
        "LANG": "en_US.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **function.variables,
        "PATH": os.environ.get("PATH", os.defpath),
        "TZ": ":UTC",
        "AWS_LAMBDA_RUNTIME_API": api,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_megabytes),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_LEVEL": function.log_level,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "LAMBDA_TASK_ROOT": str(code),
        "_HANDLER": function.handler,
    }


class ExecutionEnvironment:
    """A running handler process; it serves one invocation at a time, as on Lambda."""

    def __init__(
        self, function: FunctionVersion, *, code: Path, python: str = sys.executable
    ) -> None:
        self.function = function
        self.last_used = time.monotonic()
        self._has_failed = False
        self._api = RuntimeApi(timeout_seconds=function.timeout_seconds)
        # It lives as long as this object. pylint: disable-next=consider-using-with
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, on AWS's own module
            [python, "-m", "awslambdaric", function.handler],
            cwd=code,
            env=environment_variables(function, code=code, api=self._api.address),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - stdout=PIPE
        self._output = stdout
        os.set_blocking(stdout.fileno(), False)
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(self._output, selectors.EVENT_READ)
        self._waiting.register(self._api.bell, selectors.EVENT_READ)

    @property
    def is_usable(self) -> bool:
        """Whether it can serve another invocation."""
        return not self._has_failed and self._process.poll() is None

    def invoke(self, invocation: Invocation) -> Answer:
        """Run the handler on an event and give its answer with all it wrote meanwhile.

        A handler that takes longer than the function's timeout is killed; one that ends its process
        is told at once. After either `is_usable` is False.
        """
        log = bytearray()
        self._api.offer(invocation)
        answer = self._wait(invocation, log)
        self._read_output(log)
        self._has_failed |= self._api.has_failed_to_start
        self.last_used = time.monotonic()
        return dataclasses.replace(answer, log=log.decode(errors="replace"))

    def _wait(self, invocation: Invocation, log: bytearray) -> Answer:
        """Wait for the answer: first for the runtime to start, then for the handler's timeout."""
        deadline = time.monotonic() + INIT_SECONDS
        while (seconds := deadline - time.monotonic()) > 0:
            ready = {key.fileobj for key, _ in self._waiting.select(seconds)}
            if self._api.bell in ready:
                answer = self._api.take_news()
                if answer is not None:
                    return answer
                deadline = time.monotonic() + self.function.timeout_seconds
            elif self._output in ready and not self._read_output(log):
                return self._exited(invocation)
        self._has_failed = True
        text = f"Task timed out after {self.function.timeout_seconds:.2f} seconds"
        return error_answer("Sandbox.Timedout", text, request_id=invocation.request_id)

    def _exited(self, invocation: Invocation) -> Answer:
        """Give what a process that has ended had still said: one that fails to start says why."""
        self._has_failed = True
        while self._api.has_news:
            answer = self._api.take_news()
            if answer is not None:
                return answer
        status = self._process.wait()
        text = f"Runtime exited with error: exit status {status}"
        return error_answer("Runtime.ExitError", text, request_id=invocation.request_id)

    def _read_output(self, log: bytearray) -> bool:
        """Take what the handler has written so far; False when its end of the pipe is closed."""
        while True:
            try:
                chunk = os.read(self._output.fileno(), _CHUNK)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            log += chunk

    def kill(self) -> None:
        """End the process; an invocation that it runs is answered with an error."""
        self._has_failed = True
        self._process.kill()

    def stop(self) -> None:
        """End the process and free all that belongs to it; nothing may be running in it."""
        self.kill()
        self._process.wait()
        self._waiting.close()
        self._output.close()
        self._api.close()
