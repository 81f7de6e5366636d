"""The words of `ombudsman workload`. What they do is imported when one is called, as in `main.py`."""

from pathlib import Path
from typing import Annotated

import typer

workload_app = typer.Typer(
    no_args_is_help=True,
    help="What the business asks of the database, and whether it is answered alike.",
)

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="The file that names the connections.")
]
MetadataOption = Annotated[
    Path | None,
    typer.Option(
        "--metadata",
        help="A catalogue that `ombudsman metadata extract` wrote, instead of a connection.",
    ),
]
EncodingOption = Annotated[
    str | None,
    typer.Option("--encoding", help="Of a text file; by default it is told by the file."),
]


@workload_app.command("export-sql")
def workload_export_sql(
    *,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help="querystore (2016 to 2019), querystore-2022, querystore-azure, plan-cache or extended-events.",
        ),
    ] = "querystore",
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How far back.")] = 30,
) -> None:
    """Print the SQL that exports a workload; it only reads, and says which rights it needs."""
    from ombudsman.cli.commands.workload import print_export_sql

    print_export_sql(kind, days=days)


@workload_app.command("analyze")
def workload_analyze(
    file: Annotated[
        Path | None, typer.Argument(help="The export: CSV, JSON, XML, Parquet, or a zip of them.")
    ] = None,
    *,
    connection: Annotated[
        str | None,
        typer.Option(
            "--connection",
            help="The database that was asked, for its tables and types: a name, or a URL.",
        ),
    ] = None,
    metadata: MetadataOption = None,
    live: Annotated[
        str | None,
        typer.Option(
            "--live",
            help="Instead of a file: read the connection's own views, of a kind of export-sql.",
        ),
    ] = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=3660, help="How far back, with --live.")
    ] = 30,
    encoding: EncodingOption = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write all of it as JSON to this file.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Lines of each table.")] = 10,
    config: ConfigOption = None,
) -> None:
    """Tell what runs, what it reads, and what would not run or answer differently on Snowflake."""
    from ombudsman.cli.commands.workload import analyze

    analyze(
        file,
        connection=connection,
        metadata=metadata,
        live=live,
        days=days,
        encoding=encoding,
        json=json,
        top=top,
        config=config,
    )


@workload_app.command("replay")
def workload_replay(
    file: Annotated[Path, typer.Argument(help="The export of the source's workload.")],
    source: Annotated[str, typer.Argument(help="The source: a connection's name, or a URL.")],
    target: Annotated[str, typer.Argument(help="The target: a connection's name, or a URL.")],
    *,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="The mapping file. Default: by name.")
    ] = None,
    top: Annotated[
        int, typer.Option("--top", min=1, help="So many of the heaviest patterns.")
    ] = 50,
    encoding: EncodingOption = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the outcomes as JSON to this file.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Ask both sides what the workload asks. Exit code: 0 alike, 1 some differ, 2 cannot be used, 3 not measured."""
    from ombudsman.cli.commands.workload import replay

    raise typer.Exit(
        replay(
            file,
            source,
            target,
            mapping=mapping,
            top=top,
            encoding=encoding,
            json=json,
            config=config,
        )
    )
