"""Strings that agents could write to command a terminal, to hide, to lie, or just because models do."""

from __future__ import annotations

CORPUS = [
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b[2J\x1b[H\x1b[31m",
    "\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31mC1\x9d52;c;eA==\x9c",
    "pay\u202egnp.exe\u202c",
    "\u2066isolate\u2069\u200b\u200d\ufeff",
    "line\nbreak\r\ttab\x0b\x0c\x85\u2028\u2029",
    "\x00null\x7f",
    "\ud800lone\udfff",
    "\ue000private\U000f0000",
    "e" + "\u0301" * 500,
    "\u0301\u0489leading mark",
    "漢字" * 40,
    "👩🏽‍💻🏳️‍🌈👨‍👩‍👧‍👦",
    "[bold red]markup[/] [@click=app.quit]x[/] [/nothing]",
    "x" * 100_000,
    "${HOME} %s {0} \\",
    "",
    "   ",
    "\U000e0041tag\U000e007f",
    "ᄀ" * 30 + "ᅟᅠㅤ",
    "../../etc/passwd",
]
