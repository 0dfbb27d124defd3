"""Finder: the best of many entries for a few letters: whole words first, then parts, then letters in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from heapq import nsmallest
from typing import Final

from coord_core.frozen import frozen

SHOWN: Final = 100
"""How many of the best are listed."""
ENOUGH: Final = 20
"""With so many entries that have the words in them, letters that are only in order are not looked for."""
MANY: Final = 5000
"""With so many entries that have the words in them, they are told apart at a glance."""
LOOKED_AT: Final = 200
"""Characters of an entry that count."""
TYPED: Final = 80
"""Characters that count of what was typed."""
STARTS: Final = frozenset(" _-/:#.")
"""What stands before the start of a word."""


@frozen
class Entry:
    """Something to be found.

    id: its own for good, so that it can be recent. kind: what taking it means. rank: of two that fit alike the lower
    is first. more: words beside its name that find it, too.
    """

    id: str
    kind: str
    name: str
    rank: int = 0
    more: str = ""
    note: str = ""
    keys: str = ""
    idle: str = ""


class Finder:
    """Entries that are looked through at every letter."""

    def __init__(self, entries: Iterable[Entry], recent: Sequence[str] = ()) -> None:
        """Recent: the ids of what was taken last, newest first."""
        self.entries = list(entries)
        self._folded = [f"{each.name[:LOOKED_AT]} {each.more[:LOOKED_AT]}".casefold() for each in self.entries]
        self._names = [len(each.name[:LOOKED_AT].casefold()) for each in self.entries]
        late = len(recent)
        self._order = [(late, each.rank, place) for place, each in enumerate(self.entries)]
        places = {each.id: place for place, each in enumerate(self.entries)} if recent else {}
        for age, ident in enumerate(recent):
            if ident in places:
                place = places[ident]
                self._order[place] = (age, self.entries[place].rank, place)

    def find(self, typed: str) -> tuple[int, list[Entry]]:
        """Return how many entries fit what was typed, and the best of them."""
        words = typed[:TYPED].casefold().split()
        fitting = self._with(words)
        score = self._score if len(fitting) < MANY else self._glance
        scored = [(score(words, place), self._order[place]) for place in fitting]
        if len(fitting) < ENOUGH and words:
            have = set(fitting)
            inner = (place for place in self._in_order(words) if place not in have)
            scored += [((SCATTERED, self._elsewhere(words, place)), self._order[place]) for place in inner]
        best = nsmallest(SHOWN, scored)
        return len(scored), [self.entries[order[2]] for _, order in best]

    def _with(self, words: list[str]) -> list[int]:
        """Return the entries that have all words in them."""
        found = range(len(self._folded))
        places: Iterable[int] = found
        for word in words:
            places = [place for place in places if word in self._folded[place]]
        return list(places)

    def _score(self, words: list[str], place: int) -> tuple[int, int]:
        folded, name = self._folded[place], self._names[place]
        late = IDLE if self.entries[place].idle else 0
        return sum(_worse(folded, word, name) for word in words) + late, 0

    def _glance(self, words: list[str], place: int) -> tuple[int, int]:
        """Return whether a name begins with the first word: of very many that is all there is time for."""
        return int(bool(words) and not self._folded[place].startswith(words[0])), 0

    def _elsewhere(self, words: list[str], place: int) -> int:
        """Return whether it is not the name that has the letters; of those that have them the shorter one is first."""
        name = self._folded[place][: self._names[place]]
        return len(name) + (0 if all(_letters(word)(name) for word in words) else LOOKED_AT)

    def _in_order(self, words: list[str]) -> list[int]:
        """Return the entries that have the letters of each word in their order."""
        patterns = [_letters(word) for word in words]
        return [place for place, folded in enumerate(self._folded) if all(match(folded) for match in patterns)]


SCATTERED: Final = 1000
IDLE: Final = 100
"""How much worse what does nothing here and now fits, so that enter does not take it first."""


def _worse(folded: str, word: str, name: int) -> int:
    """Return how badly a word that is in a text fits it; the text's first `name` characters are what it is called.

    That name 0, its first word 1, its start 2, a word's start in it 3, elsewhere in it 4, not in it 5.
    """
    at = folded.find(word)
    if at == 0:
        return 0 if len(word) == name else 1 if folded[len(word)] in STARTS else 2
    worst = 5 if at + len(word) > name else 4
    starts = _at_start(word)(folded, 1)
    return 3 if starts and starts.end() <= name else worst


@lru_cache(256)
def _at_start(word: str) -> Callable[[str, int], re.Match[str] | None]:
    """Return what finds a word at the start of one in a text, from a place on."""
    return re.compile(f"(?<=[{re.escape(''.join(sorted(STARTS)))}]){re.escape(word)}").search


@lru_cache(256)
def _letters(word: str) -> Callable[[str], object]:
    """Return what tells whether a text has a word's letters in their order; it never goes back, so it is quick."""
    return re.compile("".join(f"[^{re.escape(char)}]*+{re.escape(char)}" for char in word), re.DOTALL).match


def marked(name: str, typed: str) -> list[tuple[str, bool]]:
    """Return a name in parts, and whether each is what was typed."""
    low, hit = name.lower(), [False] * len(name)
    for word in typed[:TYPED].lower().split() if len(low) == len(name) else ():
        at = low.find(word)
        places = range(at, at + len(word)) if at >= 0 else _scattered(low, word)
        for place in places:
            hit[place] = True
    parts: list[tuple[str, bool]] = []
    for char, own in zip(name, hit, strict=True):
        if parts and parts[-1][1] == own:
            parts[-1] = (parts[-1][0] + char, own)
        else:
            parts.append((char, own))
    return parts


def _scattered(low: str, word: str) -> list[int]:
    found, at = [], -1
    for char in word:
        at = low.find(char, at + 1)
        if at < 0:
            return []
        found.append(at)
    return found
