"""Large mappings and agendas that change a little at a time: the same as plain ones, and the older ones stay."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coord_core.state import agenda, patched
from coord_core.state.agenda import Agenda, Planner
from coord_core.state.patched import Draft, Patched

keys = st.sampled_from("abcdefgh")
Changes = list[tuple[str, int | None]]
changes: st.SearchStrategy[Changes] = st.lists(st.tuples(keys, st.one_of(st.none(), st.integers(0, 9))), max_size=6)


@given(st.dictionaries(keys, st.integers(0, 9)), st.lists(st.tuples(changes, st.booleans()), max_size=8))
def test_a_patched_mapping_is_like_a_dict(start: dict[str, int], steps: list[tuple[Changes, bool]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patched, "SMALL", 2)
        now, plain, before = start, dict(start), []
        for step, look in steps:
            draft = Draft(now)
            for key, value in step:
                if value is None:
                    assert draft.drop(key) == plain.pop(key, None)
                else:
                    draft.set(key, value)
                    plain[key] = value
            now = draft.now
            assert {key: now[key] for key in "abcdefgh" if key in now} == plain and len(now) == len(plain)
            assert {key: now.get(key) for key in "abcdefgh"} == {key: plain.get(key) for key in "abcdefgh"}
            if look:
                assert now == plain and sorted(now.items()) == sorted(plain.items()) and set(now) == set(plain)
                assert len(now.values()) == len(now.keys()) == len(plain)
            before.append((now, dict(plain)))
        assert all(then == was for then, was in before), "what a draft changes, nobody else sees"


def test_only_a_large_mapping_is_patched_and_its_order_stays() -> None:
    large = {n: n for n in range(2000)}
    draft = Draft(large)
    assert draft.now is large and draft.drop(-1) is None and draft.now is large
    draft.set(7, 70)
    draft.set(5000, 1)
    draft.drop(0)
    assert isinstance(draft.now, Patched) and large[7] == 7
    assert list(draft.now) == [*range(1, 2000), 5000] and list(draft.now.values())[6] == 70
    with pytest.raises(KeyError):
        draft.now[0]
    small = Draft({1: 1})
    small.set(2, 2)
    assert type(small.now) is dict


@given(
    st.lists(st.tuples(st.integers(0, 3), st.dictionaries(keys, st.sampled_from([1, 3, 5, 9, math.inf]))), max_size=9)
)
def test_an_agenda_yields_each_subject_when_it_is_due(steps: list[tuple[int, dict[str, float]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agenda, "LATE_MAX", 3)
        plan, dues, now = Agenda(), dict[str, float](), 0.0
        for wait, ahead in steps:
            now += wait
            due = {subject for subject, at in dues.items() if at <= now}
            assert set(Planner(plan).take(now)) == due, "to look does not change it"
            planner = Planner(plan)
            assert sorted(planner.take(now)) == sorted(due)
            dues = {subject: at for subject, at in dues.items() if at > now} | {s: now + d for s, d in ahead.items()}
            for subject, after in ahead.items():
                planner.set(subject, now + after)
            dues = {subject: at for subject, at in dues.items() if at < math.inf}
            plan = planner.done()
            assert dict(plan.dues) == dues and now < plan.next <= min(dues.values(), default=math.inf)
