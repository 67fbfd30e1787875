"""Ctrl-C and SIGTERM end a command, whatever it is in the midst of."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOST = """
import signal, time
from focalloc.cli.interruption import Interruption
signal.signal(signal.SIGINT, signal.default_int_handler)
Interruption().install()

class Finalised:
    def __del__(self):
        signal.raise_signal({number})  # what it raises, Python drops here

try:
    Finalised()
    time.sleep(30)
except KeyboardInterrupt:
    print("tidied up")
"""

UNSEEN = """
import select, signal, threading
from focalloc.cli.interruption import Interruption
signal.signal(signal.SIGINT, signal.default_int_handler)
Interruption().install()
# one that comes just before a wait does not end it; nor does one that another thread gets
threading.Timer(0.5, lambda: signal.pthread_kill(threading.get_ident(), {number})).start()
try:
    select.poll().poll(30_000)
except KeyboardInterrupt:
    print("tidied up")
"""

TWICE = """
import signal, time
from focalloc.cli.interruption import Interruption
signal.signal(signal.SIGINT, signal.default_int_handler)
Interruption().install()
try:
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.raise_signal(signal.SIGTERM)
        time.sleep(30)
except BaseException:
    time.sleep(30)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("number", ["signal.SIGINT", "signal.SIGTERM"])
def test_an_interruption_that_python_drops_comes_again(number: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOST.format(number=number)], capture_output=True, text=True, check=False, timeout=25
    )
    assert (done.stdout, done.stderr, done.returncode) == ("tidied up\n", "", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("number", ["signal.SIGINT", "signal.SIGTERM"])
def test_an_interruption_that_comes_just_before_a_wait_ends_it(number: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNSEEN.format(number=number)], capture_output=True, text=True, check=False, timeout=25
    )
    assert (done.stdout, done.stderr, done.returncode) == ("tidied up\n", "", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_second_interruption_ends_without_ceremony() -> None:
    done = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, check=False, timeout=25)
    assert done.returncode == 128 + 15


@pytest.mark.skipif(sys.platform == "win32", reason="needs /dev/fd")
def test_commands_in_one_process_open_no_more_files_than_one() -> None:
    code = """
import os
from focalloc.cli import main

def opened():
    try:
        main(["--version"])
    except SystemExit:
        return len(os.listdir("/dev/fd"))

first = opened()
assert [opened() for _ in range(5)] == [first] * 5
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stderr, done.returncode) == ("", 0)
