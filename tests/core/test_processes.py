"""A process is proven gone, or proven to live, or nobody can say: doubt is never proof."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from coord_core import processes
from coord_core.processes import boot_id, gone, hostname, place, started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def verdict(pid: int | None, start: float | None, host: str | None = None, boot: str | None = None) -> str | None:
    return gone(host=hostname() if host is None else host, boot=place() if boot is None else boot, pid=pid, start=start)


def test_this_process_lives() -> None:
    assert verdict(os.getpid(), started(os.getpid())) == ""


def test_an_ended_process_is_gone(child: subprocess.Popen[bytes]) -> None:
    start = started(child.pid)
    assert verdict(child.pid, start) == ""
    child.kill()
    child.wait()
    assert verdict(child.pid, start) == f"pid {child.pid} on {hostname()} is gone"


def test_a_stopped_process_lives(child: subprocess.Popen[bytes]) -> None:
    start = started(child.pid)
    child.send_signal(signal.SIGSTOP)
    assert verdict(child.pid, start) == ""


def test_a_zombie_is_gone(child: subprocess.Popen[bytes]) -> None:
    start = started(child.pid)
    child.kill()
    end = time.monotonic() + 5
    while verdict(child.pid, start) == "" and time.monotonic() < end:
        time.sleep(0.01)
    assert verdict(child.pid, start) == f"pid {child.pid} on {hostname()} is gone"


def test_a_number_given_to_another_process_is_gone(child: subprocess.Popen[bytes]) -> None:
    start = started(child.pid)
    assert start is not None
    assert verdict(child.pid, start - 100) == f"pid {child.pid} on {hostname()} is another process now"


def test_a_name_that_looks_like_fields_does_not_fool_it() -> None:
    name = "x) S 1 1 1"
    code = f"import ctypes,time; ctypes.CDLL(None).prctl(15, {name.encode()!r}); print(1, flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stdout.readline()
        mine = started(os.getpid())
        found = started(process.pid)
        assert found is not None and mine is not None and mine <= found < mine + 3600
        process.stdout.close()
    finally:
        process.kill()
        process.wait()


def test_nobody_can_say_without_a_recorded_start(child: subprocess.Popen[bytes]) -> None:
    assert verdict(child.pid, None) is None


@pytest.mark.parametrize("pid", [None, 0, -1, 1 << 40, True])
def test_nobody_can_say_of_what_is_no_process(pid: int | None) -> None:
    assert verdict(pid, 1.0) is None


def free_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_doubt_is_never_proof() -> None:
    pid = free_pid()
    boot, spaces, machine = place().split("/")
    assert verdict(pid, 1.0)
    assert verdict(pid, 1.0, host="another-host") is None
    assert verdict(pid, 1.0, boot="") is None
    assert verdict(pid, 1.0, boot=boot) is None, "without its namespaces a number means nothing"
    assert verdict(pid, 1.0, boot=f"{boot}/4026530000.1/{machine}") is None, "another namespace's number"
    assert verdict(pid, 1.0, boot=f"0000/{spaces}/") is None, "another computer may have the same name"
    assert verdict(pid, 1.0, boot=f"0000/{spaces}/0000") is None


def test_a_restart_of_this_machine_is_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "machine", lambda: "m1")
    assert verdict(free_pid(), 1.0, boot="0000/1.1/m1") == f"{hostname()} was started again since"


def test_a_process_that_may_not_be_signalled_lives() -> None:
    if os.geteuid() == 0:
        pytest.skip("root may signal everybody")
    assert verdict(1, started(1)) == ""


def test_this_boot_has_an_id() -> None:
    assert boot_id() and place().startswith(boot_id())
