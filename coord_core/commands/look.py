"""get, scopes: what documents hold, as they are stored."""

from __future__ import annotations

from coord_core import text
from coord_core.commands.call import Call
from coord_core.documents import Document
from coord_core.errors import NotFound
from coord_core.scopes import parse


def get(call: Call) -> None:
    """Print a document's data, or one key's value."""
    scope, key = call.scope(call.args.scope), call.args.key
    document = call.storage.read(scope)
    if document is None:
        raise NotFound(f"document {scope}", _hint(call, scope))
    if key is None:
        value = document.data
    elif key in document.data:
        value = document.data[key]
    else:
        raise NotFound(f"key {key} in {scope}", f"keys: {', '.join(document.data)}")
    if isinstance(value, str) and not call.args.json:
        print(text.block(value))
    else:
        call.emit(value)


def _hint(call: Call, scope: str) -> str:
    """Say what there is instead; raises StoreMissing if there is no store at all."""
    kind = parse(scope).kind
    alike = sorted(each for each in call.batch.documents if parse(each).kind == kind)
    return f"there are {', '.join(alike[:8])}" if alike else "`coordctl scopes` lists what there is"


def scopes(call: Call) -> None:
    """Print the names of documents, short where a workspace was named."""
    from fnmatch import fnmatchcase

    asked = call.asked_workspace
    found = []
    for full, document in sorted(call.batch.documents.items()):
        name = parse(full)
        inside = asked is None or name.workspace == asked
        if document and inside and any(fnmatchcase(each, call.args.glob) for each in (full, name.short)):
            found.append((full, name.short if asked else full, document))
    if call.args.json:
        call.emit([_row(full, document) for full, _, document in found])
    for _, shown, _document in found if not call.args.json else ():
        call.say(shown)


def _row(full: str, document: Document) -> dict[str, object]:
    from coord_core import times

    name = parse(full)
    return {
        "scope": full,
        "workspace": name.workspace,
        "kind": name.kind,
        "id": name.id,
        "keys": list(document.data),
        "revision": document.revision,
        "written_at": times.utc_iso(document.written_at),
        "source": document.source,
    }
