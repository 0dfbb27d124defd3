"""Every stamp style there is, the one-day rule, zones that change their clocks, and ages in four cells."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coord_core import times
from coord_core.moments import Zone, deadline, era, item_moment, moment

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()


@contextmanager
def zone(name: str) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("TZ", name)
    time.tzset()
    try:
        yield
    finally:
        patch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T12:00:00Z", "2026-11-22T12:00:00+00:00", "2026-11-22T14:00:00+02:00", " 2026-11-22 12:00:00Z ",
        NOON, int(NOON), NOON * 1000, NOON * 1e6, int(NOON) * 10**9, str(int(NOON)), f"{NOON:.3f}",
    ],
)  # fmt: skip
def test_every_style_means_the_same_instant(value: Any) -> None:
    assert times.instant(value) == pytest.approx(NOON)


@pytest.mark.parametrize(
    "value",
    [True, False, None, [], {}, [1], "", "yesterday", "0001-01-01", "9999-12-31", 0, 7, -5, math.nan, math.inf,
     -math.inf, 10**30, -(10**400), 10**400, "1e9", "99999999999999999999999999999999999", "٢٠٢٦",
     "\ud800", "2026-13-40", 3.5],
)  # fmt: skip
def test_what_is_no_time_is_unknown(value: Any) -> None:
    assert times.instant(value) is None
    if value is not None:
        said = moment(value, NOON)
        assert said is not None and not said.readable and not said.trusted and said.at == NOON


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_no_value_ever_raises(value: Any) -> None:
    for near in (None, NOON):
        said = moment(value, near)
        assert said is None or said.at is None or math.isfinite(said.at)
        assert times.utc(value) is None or math.isfinite(times.utc(value) or 0)


@pytest.mark.parametrize("place", ["UTC", "Europe/Oslo", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati"])
def test_a_naive_stamp_is_local_or_utc_whichever_lies_nearer_to_its_writing(place: str) -> None:
    with zone(place):
        for written in (NOON, NOON - 180 * 86400):
            local, universal = times.local_iso(written - 2), times.naive_utc_iso(written - 2)
            assert times.instant(local, written) == pytest.approx(written - 2)
            assert times.instant(universal, written) == pytest.approx(written - 2)
            assert times.instant(local) == pytest.approx(written - 2)


def test_a_naive_stamp_in_the_hour_that_repeats_is_the_one_nearer_to_its_writing() -> None:
    with zone("Europe/Oslo"):
        first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()  # 02:30 summer time
        again = first + 3600  # 02:30 once more
        assert times.local_iso(first) == times.local_iso(again) == "2026-10-25T02:30:00"
        assert times.instant("2026-10-25T02:30:00", first + 1) == first
        assert times.instant("2026-10-25T02:30:00", again + 1) == again


def test_a_copied_example_date_is_not_used_for_ages() -> None:
    said = moment("2025-10-31T14:30:00Z", NOON)
    assert said is not None
    assert (said.at, said.stated, said.trusted, said.readable) == (NOON, "2025-10-31T14:30:00Z", False, True)
    near = moment("2026-11-21T12:00:01Z", NOON)
    assert near is not None and near.trusted and near.at == NOON - 86399


def test_a_deadline_may_lie_days_ahead() -> None:
    said = deadline("2026-11-29T12:00:00Z", NOON)
    assert said is not None and said.trusted and said.at == NOON + 7 * 86400


def test_one_zone_verdict_for_a_list_from_its_newest_stamp() -> None:
    metadata = {"log": {"created_at": times.naive_utc_iso(NOON - 5 * 86400), "updated_at": times.naive_utc_iso(NOON)}}
    with zone("Europe/Oslo"):
        local = era(times.local_iso(NOON), metadata, "log")
        universal = era(times.naive_utc_iso(NOON), metadata, "log")
        assert (local.zone, universal.zone) == (Zone.LOCAL, Zone.UTC)
        old = item_moment(times.naive_utc_iso(NOON - 4 * 86400), universal)
        assert old is not None and old.trusted and old.at == NOON - 4 * 86400
        # Older than the list itself: a copied example, and nothing else dates an item.
        copied = item_moment("2025-10-31T14:30:00Z", universal)
        assert copied is not None and copied.at is None and not copied.trusted and copied.readable


@given(st.floats(0, 1e13) | st.just(math.inf))
def test_an_age_fits_four_cells(seconds: float) -> None:
    assert 1 <= len(times.age(seconds)) <= 4


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "now"), (9.9, "now"), (10, "10s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (4320, "1h12"), (35999, "9h59"),
     (36000, "10h"), (86399, "23h"), (86400 * 3, "3d"), (86400 * 999, "999d"), (86400 * 1000, "2y"), (None, "?"),
     (math.nan, "?")],
)  # fmt: skip
def test_ages(seconds: float | None, said: str) -> None:
    assert times.age(seconds) == said


def test_what_is_written_keeps_each_style() -> None:
    with zone("America/Los_Angeles"):
        assert times.local_iso(NOON + 0.25) == "2026-11-22T04:00:00.250000"
        assert times.naive_utc_iso(NOON + 0.25) == "2026-11-22T12:00:00.250000"
        assert times.utc_iso(NOON) == "2026-11-22T12:00:00Z"
        # The seed compares the heartbeat with datetime.now(), so it must come back as that.
        assert datetime.fromisoformat(times.local_iso(NOON)) == datetime.fromtimestamp(NOON)
        assert times.clock(NOON) == "04:00:00" and times.clock(None) == "?" and times.clock(1e300) == "?"
        assert times.day_clock(NOON - 86400, NOON) == "2026-11-21 04:00"


def test_the_system_clock() -> None:
    clock: times.Clock = times.SystemClock()
    assert abs(clock.now() - time.time()) < 5 and abs(clock.mono() - time.monotonic()) < 5
    assert isinstance(clock.boot(), str)
