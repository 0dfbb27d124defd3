"""Records built at once: as frozen, equal and whole as any dataclass."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from coord_core.moments import Moment
from coord_core.state.records import Lock


def test_what_is_built_at_once_is_a_frozen_dataclass() -> None:
    moment = Moment(5.0, stated="5", readable=False)
    assert (moment.at, moment.stated, moment.trusted, moment.readable) == (5.0, "5", True, False)
    assert type(moment) is Moment and moment == Moment(5.0, "5", True, False) != Moment(5.0, "5")
    assert hash(moment) == hash(Moment(5.0, "5", True, False))
    assert repr(moment) == "Moment(at=5.0, stated='5', trusted=True, readable=False)"
    assert replace(moment, at=6.0) == Moment(6.0, "5", True, False)
    for change in (lambda: setattr(moment, "at", 1.0), lambda: delattr(moment, "at")):
        with pytest.raises(FrozenInstanceError):
            change()


def test_copies_are_equal_and_frozen_too() -> None:
    moment = Moment(5.0, "5")
    for other in (copy.deepcopy(moment), pickle.loads(pickle.dumps(moment))):
        assert other == moment and type(other) is Moment
        with pytest.raises(FrozenInstanceError):
            other.at = 1.0


def test_a_missing_argument_is_an_error_with_its_name() -> None:
    with pytest.raises(TypeError, match="resource"):
        Lock("a:b:locks:x", "a:b")  # type: ignore[call-arg]
