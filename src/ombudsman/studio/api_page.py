"""The page of the API for people: every operation, who may use it, and what it may answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from ombudsman.studio.security.roles import RIGHTS, Permission, Role

_WITHOUT_ROW = {
    Permission.PUBLIC: "everybody",
    Permission.ACCOUNT: "whoever is signed in, with a password",
    Permission.SIGNED_IN: "whoever is signed in",
}

HEAD = """# The API of the studio

Generated from [openapi.json](openapi.json), which also holds every model. Send an access token of `POST /auth/login`,
or an API token, as `Authorization: Bearer ...`. Errors are problem documents (RFC 9457). Lists take `limit`, `cursor`,
`sort` and `q`, and answer `items`, `total` and `next_cursor`. What has a version tells it as `ETag`, and wants it back
as `If-Match` when it is changed or removed. A `POST` that makes something takes an `Idempotency-Key`.
"""


def api_page(described: Mapping[str, Any]) -> str:
    """The page, in Markdown, of an OpenAPI description."""
    lines = [HEAD, *_operations(described), "## Who may what", "", *_rights()]
    return "\n".join(lines).rstrip() + "\n"


def _operations(described: Mapping[str, Any]) -> Iterator[str]:
    told: dict[str, list[str]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            right = Permission(operation["x-permission"])
            who = _WITHOUT_ROW.get(right, f"`{right.value}`")
            answers = ", ".join(sorted(operation["responses"]))
            sentence = " ".join(operation.get("description", "").split())
            row = f"| `{method.upper()} {path}` | {sentence} | {who} | {answers} |"
            told.setdefault(operation["tags"][0], []).append(row)
    for tag, rows in told.items():
        yield from (f"## {tag}", "", "| operation | what it does | right | answers |")
        yield from ("| --- | --- | --- | --- |", *rows, "")


def _rights() -> Iterator[str]:
    roles = [role for role in Role if role is not Role.USER]
    yield "| right | " + " | ".join(role.value for role in roles) + " |"
    yield "| --- |" + " :-: |" * len(roles)
    for permission, allowed in RIGHTS.items():
        cells = " | ".join("yes" if role in allowed else "" for role in roles)
        yield f"| `{permission.value}` | {cells} |"
