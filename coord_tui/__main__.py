"""coord-tui: a live console for the human who supervises several coding agents."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from coord_core.options import Version, given

if TYPE_CHECKING:
    from coord_tui.settings import Settings

DONE, REFUSED = 0, 1
THEMES: Final = ("dark", "light", "terminal")


def duration(words: str) -> float:
    """Return the seconds that `90s`, `60m`, `2h` or `1d` mean; raises ArgumentTypeError."""
    from coord_core.times import seconds

    try:
        return seconds(words)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def theme(name: str) -> str:
    """Return the name of a theme that there is; raises ArgumentTypeError, which lists them all."""
    if name in THEMES:
        return name
    from coord_tui import themes

    if themes.full(name) is None:
        raise argparse.ArgumentTypeError(f"no theme is called {name!r}; there are {', '.join(themes.names())}")
    return name


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="coord-tui", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--store", metavar="URL", type=given, help="the store: a folder (else COORD_STORE, else the nearest)"
    )
    parser.add_argument("--read-only", action="store_true", help="watch; whatever would change something is not there")
    parser.add_argument(
        "--demo", action="store_true", help="watch twelve agents play in a folder that is gone afterwards"
    )
    parser.add_argument(
        "--theme",
        metavar="NAME",
        type=theme,
        help=f"colours: {', '.join(THEMES)} (its own palette), or one of Textual's (default: {THEMES[0]})",
    )
    parser.add_argument(
        "--ascii", action="store_true", help="draw with ASCII (by itself where the locale has no UTF-8)"
    )
    parser.add_argument("--stale-after", metavar="TIME", type=duration, help="silence that makes stale (60m)")
    parser.add_argument("--late-after", metavar="TIME", type=duration, help="silence that makes late (5m)")
    parser.add_argument("--check-config", action="store_true", help="say what is wrong with your settings, and exit")
    parser.add_argument("--print-config", action="store_true", help="print a file with every setting, and exit")
    parser.add_argument("--version", action=Version, nargs=0, help="print the version and exit")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the console; return 0 when it was quit, 1 refused with the reason on the error output."""
    parser = make_parser()
    args = parser.parse_args(argv)
    if args.late_after and args.stale_after and args.late_after >= args.stale_after:
        parser.error("--late-after must be shorter than --stale-after")
    if args.check_config or args.print_config:
        return check_config() if args.check_config else print_config()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("coord-tui needs a terminal; `coordctl status` prints the same for a pipe", file=sys.stderr)
        return REFUSED
    return run(args)


def run(args: argparse.Namespace) -> int:
    """Open the store and show it until the human leaves."""
    # Nothing that is made while starting is garbage: looking for it takes a fifth of the time to the first picture.
    gc.disable()
    from coord_core.errors import CoordError
    from coord_core.storage import open_storage
    from coord_core.storage.places import find_store
    from coord_tui.app import CoordApp
    from coord_tui.folders import state_folder
    from coord_tui.store_desk import StoreDesk
    from coord_tui.themes import full

    try:
        with demo_store() if args.demo else contextlib.nullcontext("") as demo:
            url = demo or find_store(args.store)
            found, problems = own_settings()
            settings = found.over(args)
            storage = open_storage(url, read_only=settings.read_only)
            app = CoordApp(
                StoreDesk(storage, settings.limits),
                theme=full(settings.theme) or "",
                ascii_=settings.ascii or no_utf8(),
                settings=settings,
                problems=problems,
                state=None if args.demo else state_folder(),
            )
            app.run()
            return app.return_code or DONE
    except CoordError as error:
        from coord_core.text import block

        print(block(str(error)), file=sys.stderr)
        return REFUSED


def own_settings() -> tuple[Settings, list[str]]:
    """Return the user's settings, and what is wrong with them."""
    from coord_tui.folders import CONFIG, absent, config_file
    from coord_tui.settings import Settings

    if not os.environ.get(CONFIG) and absent(config_file()):
        return Settings(), []
    from coord_tui.config import own

    path, settings, problems = own()
    # In the console there is one line for it; `--check-config` tells the whole path.
    return settings, [problem.said(type(path)(path.name)) for problem in problems]


def check_config() -> int:
    """Print everything that is wrong with the user's settings; return 1 if there is anything."""
    from coord_core.text import block
    from coord_tui.config import own
    from coord_tui.folders import absent

    path, _, problems = own()
    for problem in problems:
        print(block(problem.said(path)), file=sys.stderr)
    if not problems:
        print(block(f"{path} is not there: everything is as usual" if absent(path) else f"{path} is fine"))
    return REFUSED if problems else DONE


def print_config() -> int:
    """Print a file with every setting as it is without one."""
    from coord_tui.config import example

    print(example(), end="")
    return DONE


def no_utf8() -> bool:
    """Whether the locale has no UTF-8, so that our glyphs would be rubbish."""
    from coord_tui.glyphs import ascii_wanted

    return ascii_wanted(os.environ, sys.__stderr__.encoding if sys.__stderr__ else "utf-8")


@contextlib.contextmanager
def demo_store() -> Iterator[str]:
    """Play the demo for the length of a `with`; what is bound is its store."""
    from coord_tui.demo import playing

    os.environ.pop("COORD_STORE", None)
    with playing() as store:
        yield store


if __name__ == "__main__":
    sys.exit(main())
