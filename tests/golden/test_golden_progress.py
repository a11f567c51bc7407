"""What people see of an operation on a thousand stack instances."""

from __future__ import annotations

from tests.running import Log, Operation, Screen


def test_a_log_of_a_thousand_stack_instances_reads_as_reviewed(golden):
    written = Log().tell(*Operation().run())

    golden("progress_thousand_log.txt", "".join(f"{line}\n" for line in written))


def test_a_screen_of_a_thousand_stack_instances_reads_as_reviewed(golden, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    screen = Screen()
    events = list(Operation().run())
    screen.tell(*events[: len(events) // 2])
    halfway = screen.lines()
    screen.tell(*events[len(events) // 2 :])
    screen.close()

    shown = [*halfway, "(and at the end:)", *screen.lines()]
    golden("progress_thousand_screen.txt", "".join(f"{line}\n" for line in shown))
