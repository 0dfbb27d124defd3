"""What both command lines have: options that may not be empty, and the version."""

from __future__ import annotations

import argparse


def given(value: str) -> str:
    """Return what was given; raises ArgumentTypeError if that is nothing: an unset variable must not mean "here"."""
    if not value:
        raise argparse.ArgumentTypeError("it is empty; is a variable not set?")
    return value


class Version(argparse.Action):
    """Prints the version of the program and exits."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it."""
        from importlib.metadata import version

        print(f"{parser.prog} {version('coord-tui')}")
        parser.exit()
