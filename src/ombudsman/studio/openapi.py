"""The API's description (OpenAPI 3.1): what FastAPI knows, with every error told as a problem document."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from ombudsman.studio.problems import Problem

if TYPE_CHECKING:
    from fastapi import FastAPI

_UNUSED = ("HTTPValidationError", "ValidationError")


def described(app: "FastAPI") -> dict[str, Any]:
    """The description of the application; made once."""
    if app.openapi_schema is None:
        told = get_openapi(
            title=app.title,
            version=app.version,
            description="Users, projects, connections, pipelines and rules of a data migration.",
            routes=app.routes,
        )
        schemas = told["components"]["schemas"]
        for name in _UNUSED:
            schemas.pop(name, None)
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs") | {"Problem": problem}
        app.openapi_schema = told
    return app.openapi_schema


def description_text(folder: Path) -> str:
    """The description as the text of `openapi.json`. `folder` is for a studio that is made only to be described."""
    from ombudsman.studio.app import create_app
    from ombudsman.studio.foundation import Foundation
    from ombudsman.studio.settings import StudioSettings

    foundation = Foundation.opened(
        StudioSettings(
            _env_file=None,
            ovs_data_folder=folder,
            ovs_db_url=None,
            ovs_db_host=None,
            ovs_master_key=None,
            jwt_secret_key=None,
            ovs_oidc_issuer=None,
        )
    )
    try:
        told = described(create_app(foundation))
    finally:
        foundation.close()
    return json.dumps(told, indent=1, ensure_ascii=False, sort_keys=False) + "\n"
