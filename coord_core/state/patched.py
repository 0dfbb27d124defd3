"""Mappings that change a little at a time: the next version is a patch over the one before, not a copy of it all."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

SMALL: Final = 500
"""A mapping of no more entries than this is simply copied, and a patch of more is worked in."""
_GONE: Final[Any] = object()


class Patched(Mapping[K, V]):
    """A large mapping under a small patch; both are shared between boards, and only a draft changes its patch.

    Its order is that of the mapping below, then of what the patch adds.
    """

    __slots__ = ("_base", "_len", "_patch", "_whole")

    def __init__(self, base: dict[K, V], patch: dict[K, V], size: int) -> None:
        self._base, self._patch, self._len = base, patch, size
        self._whole: dict[K, V] | None = None

    def __getitem__(self, key: K) -> V:
        found = self._patch[key] if key in self._patch else self._base[key]
        if found is _GONE:
            raise KeyError(key)
        return found

    def get(self, key: K, default: Any = None) -> Any:
        """Return what stands under a key."""
        found = self._patch[key] if key in self._patch else self._base.get(key, default)
        return default if found is _GONE else found

    def __contains__(self, key: object) -> bool:
        return self._patch[key] is not _GONE if key in self._patch else key in self._base

    def __len__(self) -> int:
        return self._len

    def __iter__(self) -> Iterator[K]:
        return iter(self.whole())

    def keys(self) -> KeysView[K]:
        """Return the keys, as a dict does."""
        return self.whole().keys()

    def values(self) -> ValuesView[V]:
        """Return the values, as a dict does."""
        return self.whole().values()

    def items(self) -> ItemsView[K, V]:
        """Return the entries, as a dict does."""
        return self.whole().items()

    def whole(self) -> dict[K, V]:
        """Return everything in one, worked out when it is first asked for."""
        if self._whole is None:
            self._whole = {**self._base, **self._patch}
            for key in [key for key, value in self._patch.items() if value is _GONE]:
                del self._whole[key]
        return self._whole

    def edited(self) -> Patched[K, V]:
        """Return the same to be changed."""
        if self._whole is not None or len(self._patch) > SMALL:
            return Patched(self.whole(), {}, self._len)
        return Patched(self._base, dict(self._patch), self._len)

    def __setitem__(self, key: K, value: V) -> None:
        self._len += key not in self
        self._patch[key], self._whole = value, None

    def pop(self, key: K) -> V:
        """Take out what stands under a key; raises KeyError if nothing does."""
        found = self[key]
        self._len -= 1
        self._whole = None
        if key in self._base:
            self._patch[key] = _GONE
        else:
            del self._patch[key]
        return found


class Draft(Generic[K, V]):
    """A mapping about to be changed: another one from the first change on, till then the very same."""

    __slots__ = ("_own", "now")

    def __init__(self, base: Mapping[K, V]) -> None:
        self.now: dict[K, V] = base  # type: ignore[assignment]
        self._own = False

    def own(self) -> dict[K, V]:
        """Return the mapping to change in place."""
        if not self._own:
            self.now, self._own = _edited(self.now), True
        return self.now

    def set(self, key: K, value: V) -> None:
        """Put a value in."""
        if not self._own:
            self.own()
        self.now[key] = value

    def drop(self, key: K) -> V | None:
        """Take a value out, if it is there."""
        if key not in self.now:
            return None
        return self.own().pop(key)


def _edited(mapping: dict[K, V]) -> Any:
    if isinstance(mapping, Patched):
        return mapping.edited()
    return dict(mapping) if len(mapping) <= SMALL else Patched(mapping, {}, len(mapping))
