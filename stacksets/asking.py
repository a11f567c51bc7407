"""One question asked of many things at once, with the answers in the order of the things.

Daemon threads do the asking: those of `concurrent.futures` would be waited for at the end of the
process, and Ctrl-C would hang until the last call in flight has been answered.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")
Answer = TypeVar("Answer")

AT_ONCE = 16
"""Questions at the same time: as many as keep one processor busy with AWS's answers at the usual
50 ms, few enough that botocore's adaptive retry mode seldom has to slow them down."""


def ask_each(question: Callable[[Item], Answer], items: Iterable[Item]) -> tuple[Answer, ...]:
    """Give the answer to `question` of each item, in the order of the items.

    Items are begun in their order, at most `AT_ONCE` at the same time, so `question` must be safe
    to call from several threads. Where questions fail, the failure of the first such item is
    raised, and what was not begun by then is left out. An interrupt (Ctrl-C) is raised at once.
    """
    waiting = deque(enumerate(items))
    answered: SimpleQueue[tuple[int, Future[Answer]]] = SimpleQueue()

    def work() -> None:
        with suppress(IndexError):
            while True:
                place, item = waiting.popleft()
                answered.put((place, _ask(question, item)))

    number = len(waiting)
    for _ in range(min(AT_ONCE, number)):
        Thread(target=work, name="asking", daemon=True).start()
    try:
        return tuple(_in_order(answered, number))
    finally:
        waiting.clear()


def _ask(question: Callable[[Item], Answer], item: Item) -> Future[Answer]:
    """Ask, and put what comes of it into a box that can leave the thread."""
    box: Future[Answer] = Future()
    try:
        box.set_result(question(item))
    # Who waits for the answer would wait for ever. pylint: disable-next=broad-exception-caught
    except BaseException as error:  # noqa: BLE001 - as above
        box.set_exception(error)
    return box


def _in_order(answered: SimpleQueue[tuple[int, Future[Answer]]], number: int) -> Iterator[Answer]:
    early: dict[int, Future[Answer]] = {}
    for place in range(number):
        while place not in early:
            come, box = answered.get()
            early[come] = box
        yield early.pop(place).result()
