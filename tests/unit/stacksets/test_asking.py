from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from stacksets.asking import AT_ONCE, ask_each


def test_answers_stand_in_the_order_of_the_items_whoever_is_first():
    last_came = threading.Event()

    def question(item):
        if item == 0:
            assert last_came.wait(5)
        elif item == AT_ONCE - 1:
            last_came.set()
        return item * 2

    assert ask_each(question, range(AT_ONCE)) == tuple(range(0, AT_ONCE * 2, 2))


def test_nothing_to_ask_is_no_answer():
    assert ask_each(str, ()) == ()


def test_as_many_are_asked_at_once_as_promised_and_never_more():
    here = threading.Barrier(AT_ONCE)
    lock = threading.Lock()
    now, most = 0, 0

    def question(_):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        here.wait(5)
        with lock:
            now -= 1

    ask_each(question, range(AT_ONCE * 3))
    assert most == AT_ONCE


def test_the_failure_of_the_first_item_that_failed_is_raised_whichever_came_first():
    second_failed = threading.Event()

    def question(item):
        if item == 3:
            assert second_failed.wait(5)
            raise ValueError("three")
        if item == 5:
            second_failed.set()
            raise ValueError("five")
        return item

    with pytest.raises(ValueError, match="three"):
        ask_each(question, range(8))


def test_after_a_failure_the_rest_is_left_out():
    asked = []

    def question(item):
        asked.append(item)
        if item == 0:
            raise ValueError("no")
        time.sleep(0.001)

    with pytest.raises(ValueError, match="no"):
        ask_each(question, range(10_000))
    assert len(asked) < 1_000


def test_what_is_no_exception_of_a_question_does_not_leave_the_asker_waiting():
    def question(_):
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        ask_each(question, [1])


def test_an_interrupt_is_raised_at_once_while_questions_hang():
    hanging, over = threading.Event(), threading.Event()

    def question(_):
        hanging.set()
        over.wait(30)

    def interrupt():
        assert hanging.wait(5)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        ask_each(question, range(100))
    assert time.monotonic() - started < 5
    over.set()


def test_no_thread_keeps_the_process_from_ending():
    names = []
    ask_each(lambda _: names.append(threading.current_thread().daemon), range(3))
    assert names == [True] * 3
