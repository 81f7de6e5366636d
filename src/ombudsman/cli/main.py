"""`ombudsman`: the command line of a trusted local user.

Only the words of the commands stand here. What they do is imported when one is called, so that `--help` answers at
once; for the same reason its help is plain text.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ombudsman.cli.workload_app import workload_app

app = typer.Typer(
    name="ombudsman",
    help="Proves that a migrated database holds what its source held: what was checked, what differs, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
validators_app = typer.Typer(
    invoke_without_command=True, help="The kinds of checks that there are."
)
connections_app = typer.Typer(no_args_is_help=True, help="The databases named in ombudsman.yaml.")
metadata_app = typer.Typer(no_args_is_help=True, help="What the catalogues say.")
relationships_app = typer.Typer(no_args_is_help=True, help="Which columns refer to which.")
mapping_app = typer.Typer(no_args_is_help=True, help="Which table and column answers which.")
pipeline_app = typer.Typer(no_args_is_help=True, help="Pipeline files.")
config_app = typer.Typer(no_args_is_help=True, help="The settings of this installation.")
user_app = typer.Typer(no_args_is_help=True, help="The accounts of the studio.")
db_app = typer.Typer(no_args_is_help=True, help="The studio's own store.")
keys_app = typer.Typer(no_args_is_help=True, help="What the studio encrypts and signs with.")
audit_app = typer.Typer(no_args_is_help=True, help="Who did what in the studio.")
app.add_typer(validators_app, name="validators")
app.add_typer(connections_app, name="connections")
app.add_typer(metadata_app, name="metadata")
app.add_typer(relationships_app, name="relationships")
app.add_typer(mapping_app, name="mapping")
app.add_typer(pipeline_app, name="pipeline")
app.add_typer(workload_app, name="workload")
app.add_typer(config_app, name="config")
app.add_typer(user_app, name="user")
app.add_typer(db_app, name="db")
app.add_typer(keys_app, name="keys")
app.add_typer(audit_app, name="audit")

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="The file that names the connections. Default: ombudsman.yaml, here or beside the pipeline.",
    ),
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write the results as JSON to this file.")
]
DataFolder = Annotated[
    Path | None,
    typer.Option("--data", help="The studio's data folder. Default: OVS_DATA_FOLDER."),
]


@app.callback(invoke_without_command=True)
def root(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            help="Log to standard error what went wrong inside; may show values of your rows.",
        ),
    ] = False,
) -> None:
    if debug:
        import logging

        logging.basicConfig(format="%(name)s: %(message)s")
        logging.getLogger("ombudsman").setLevel(logging.DEBUG)
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"ombudsman {installed('ombudsman')}")
        raise typer.Exit


@app.command()
def demo(
    *,
    folder: Annotated[
        Path, typer.Option("--dir", help="Where the databases and the report go.")
    ] = Path("ombudsman-demo"),
    rows: Annotated[int, typer.Option(min=200, help="Rows of the sales fact.")] = 50_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same data.")] = 1,
) -> None:
    """Make a source and a target with planted defects, validate them, and write the report."""
    from ombudsman.cli.commands.demo import run_demo

    raise typer.Exit(run_demo(folder, rows=rows, seed=seed))


@app.command()
def run(
    pipeline: Annotated[Path, typer.Argument(help="The pipeline file.")],
    *,
    config: ConfigOption = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this step and what it needs; may be given again.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Statements at once on each side, at most.")
    ] = None,
    json: JsonFile = None,
    junit: Annotated[
        Path | None, typer.Option(help="Write the results as JUnit XML to this file.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the report as a page to this file.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run that was interrupted.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Also the passed steps, all findings, and the SQL."),
    ] = False,
) -> None:
    """Run a pipeline. Exit code: 0 passed, 1 the data disagree, 2 it cannot be used, 3 not measured."""
    from ombudsman.cli.commands.run import Outputs, run_file

    outputs = Outputs(json=json, junit=junit, html=html)
    raise typer.Exit(
        run_file(
            pipeline,
            config=config,
            only=only or (),
            jobs=jobs,
            outputs=outputs,
            resume=resume,
            verbose=verbose,
        )
    )


@app.command()
def history(
    pipeline: Annotated[Path, typer.Argument(help="The pipeline file.")],
    *,
    step: Annotated[
        str | None, typer.Option("--step", help="Also this step's figures, run by run.")
    ] = None,
    runs: Annotated[
        Path | None,
        typer.Option("--runs", help="Where its runs are recorded. Default: .ombudsman/runs/ here."),
    ] = None,
    json: JsonFile = None,
) -> None:
    """Tell the runs of a pipeline until now, and which figures were unusual on their day."""
    from ombudsman.cli.commands.history import show_history

    show_history(pipeline, step=step, runs=runs, json_file=json)


@app.command()
def compare(
    source: Annotated[
        str, typer.Argument(help="CONNECTION:schema.table, or a URL ending in #schema.table.")
    ],
    target: Annotated[str, typer.Argument(help="The table that answers it, told alike.")],
    *,
    key: Annotated[
        str | None,
        typer.Option(help="The columns that name a row, with commas. Default: the source's key."),
    ] = None,
    no_key: Annotated[
        bool, typer.Option("--no-key", help="Count whole rows, whatever keys there are.")
    ] = False,
    columns: Annotated[
        str | None, typer.Option(help="Only these columns, with commas. Default: all.")
    ] = None,
    exclude: Annotated[str | None, typer.Option(help="All but these columns, with commas.")] = None,
    where: Annotated[
        str | None,
        typer.Option(help="Only rows that fulfil this condition, in the source's names."),
    ] = None,
    strategy: Annotated[str, typer.Option(help="auto, checksum, native or stream.")] = "auto",
    limit: Annotated[int | None, typer.Option(min=1, help="Stop when so many rows differ.")] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=1, help="Compare about so many rows, and say what that says of all."),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            help="What is forgiven: letter_case=ignored, or Column:decimals=2; may be given again."
        ),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="The file that maps the columns. Default: by name.")
    ] = None,
    config: ConfigOption = None,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the result as JSON to this file.")
    ] = None,
    rows: Annotated[
        Path | None, typer.Option(help="Write every difference to this Parquet file.")
    ] = None,
    repair: Annotated[
        Path | None,
        typer.Option(
            help="Write SQL to this file that would make the target equal. It is not run."
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the report as a page to this file.")
    ] = None,
) -> None:
    """Compare two tables row by row. Exit code: 0 the same, 1 they differ, 2 cannot be used, 3 not measured."""
    from ombudsman.cli.commands.compare import Files
    from ombudsman.cli.commands.compare import compare as compare_rows

    listed = {"key": key, "columns": columns, "exclude": exclude}
    params: dict[str, object] = {
        name: [each.strip() for each in value.split(",")] for name, value in listed.items() if value
    }
    params |= {"whole_rows": True} if no_key else {}
    params |= {} if where is None else {"where": where}
    params |= {} if limit is None else {"limit": limit}
    params |= {} if sample is None else {"sample": sample}
    raise typer.Exit(
        compare_rows(
            source,
            target,
            params=params | {"strategy": strategy},
            accept=accept or (),
            mapping=mapping,
            config=config,
            files=Files(json=json, html=html, rows=rows, repair=repair),
        )
    )


@app.command()
def serve(
    *,
    host: Annotated[
        str | None, typer.Option(help="The address to listen at. Default: this machine alone.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Default: 8000.")] = None,
    data: DataFolder = None,
) -> None:
    """Start the studio; the first time it makes its data folder, keys and store."""
    from ombudsman.cli.commands.studio import serve as serve_studio

    raise typer.Exit(serve_studio(host, port, data))


@app.command()
def worker(*, data: DataFolder = None) -> None:
    """Execute the studio's runs on this machine too; its store is on PostgreSQL then."""
    from ombudsman.cli.commands.studio import work

    raise typer.Exit(work(data))


@app.command()
def backup(
    *,
    to: Annotated[
        Path | None, typer.Option(help="The folder. Default: backups in the data folder.")
    ] = None,
    keep_days: Annotated[
        int, typer.Option(min=1, help="Backups of this folder that are older are removed.")
    ] = 30,
    data: DataFolder = None,
) -> None:
    """Keep the studio's store and results in one file, while it runs. The key is not in it."""
    from ombudsman.cli.commands.backup import make_backup

    make_backup(to, keep_days=keep_days, data_folder=data)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    *,
    without_key: Annotated[
        bool,
        typer.Option(
            "--without-key", help="Even if its key is not here: its secrets are lost then."
        ),
    ] = False,
    data: DataFolder = None,
) -> None:
    """Bring a backup back, into a place where nothing is yet; the key file has to be there."""
    from ombudsman.cli.commands.backup import restore_backup

    restore_backup(file, without_key=without_key, data_folder=data)


@validators_app.callback()
def validators(
    context: typer.Context,
    *,
    json: Annotated[
        bool, typer.Option("--json", help="As JSON, with the schema of the params and the page.")
    ] = False,
) -> None:
    """List the kinds of checks that there are."""
    if context.invoked_subcommand is None:
        from ombudsman.cli.commands.validators import list_validators

        list_validators(as_json=json)


@validators_app.command("show")
def validators_show(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    """Show a validator's page: its question, what it proves and what not, and its params."""
    from ombudsman.cli.commands.validators import show_validator

    show_validator(name)


@connections_app.command("list")
def connections_list(*, config: ConfigOption = None) -> None:
    """List the connections; no secret is shown."""
    from ombudsman.cli.commands.connections import list_connections

    list_connections(config)


@connections_app.command("test")
def connections_test(
    name: Annotated[str | None, typer.Argument(help="One connection. Default: all.")] = None,
    *,
    config: ConfigOption = None,
    privileges: Annotated[
        bool,
        typer.Option(
            "--privileges",
            help="Say what the login could do beyond reading, and how to make one that cannot.",
        ),
    ] = False,
) -> None:
    """Try the connections: version, whether they can only read, and how fast they answer."""
    from ombudsman.cli.commands.connections import test_connections

    raise typer.Exit(test_connections(config, name, privileges=privileges))


@metadata_app.command("extract")
def metadata_extract(
    connection: Annotated[str, typer.Argument(help="A connection's name, or a URL.")],
    *,
    schema: Annotated[
        list[str] | None, typer.Option(help="Only this schema; may be given again.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A .yaml or .json file. Default: a summary here.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Read the catalogue of a database: tables, columns, types, keys, indexes."""
    from ombudsman.cli.commands.metadata import extract

    extract(connection, schemas=schema, out=out, config=config)


@relationships_app.command("infer")
def relationships_infer(
    connection: Annotated[str, typer.Argument(help="A connection's name, or a URL.")],
    *,
    schema: Annotated[
        list[str] | None, typer.Option(help="Only this schema; may be given again.")
    ] = None,
    names_only: Annotated[
        bool, typer.Option("--names-only", help="Read the catalogue alone, and no row.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write all of it as JSON to this file.")
    ] = None,
    diagram: Annotated[
        Path | None, typer.Option(help="Write a Mermaid diagram to this file.")
    ] = None,
    workload: Annotated[
        Path | None,
        typer.Option(help="An export of the workload: what queries join and add up is evidence."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Propose foreign keys that nobody declared, each with its evidence; and tell facts from dimensions."""
    from ombudsman.cli.commands.relationships import infer

    infer(
        connection,
        schemas=schema,
        names_only=names_only,
        json_file=json,
        diagram=diagram,
        workload=workload,
        config=config,
    )


@mapping_app.command("suggest")
def mapping_suggest(
    source: Annotated[str, typer.Argument(help="The source: a connection's name, or a URL.")],
    target: Annotated[str, typer.Argument(help="The target: a connection's name, or a URL.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Write the mapping file here. Default: print it.")
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", help="Write every pair with its reasons here, for programs."),
    ] = None,
    values: Annotated[
        bool,
        typer.Option(
            "--values", help="Read the tables too, and hold their values against each other."
        ),
    ] = False,
    schema_map: Annotated[
        list[str] | None,
        typer.Option(help="SOURCE=TARGET: which schema answers which; may be given again."),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(help="A mapping file: what stands in it is decided, and steers the rest."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Propose which tables and columns answer which: by names, types, keys and values, with confidence and reasons."""
    from ombudsman.cli.commands.mapping import suggest

    suggest(
        source,
        target,
        out=out,
        json_file=json_file,
        values=values,
        schema_map=schema_map or [],
        decisions=decisions,
        config=config,
    )


@pipeline_app.command("generate")
def pipeline_generate(
    *,
    mapping: Annotated[Path, typer.Option("--mapping", help="The mapping file.")],
    source: Annotated[
        str, typer.Option("--source", help="The source: a connection's name, or a URL.")
    ] = "source",
    target: Annotated[
        str, typer.Option("--target", help="The target: a connection's name, or a URL.")
    ] = "target",
    relationships: Annotated[
        Path | None,
        typer.Option(help="What `relationships infer --json` found. Default: told by names."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the pipeline here. Default: print it.")
    ] = None,
    workload: Annotated[
        Path | None,
        typer.Option(
            "--workload", help="An export of the source's workload: what it reads is checked, too."
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Propose a pipeline for a mapped schema from types, keys and names; each step says why."""
    from ombudsman.cli.commands.pipeline import generate

    generate(
        mapping,
        source=source,
        target=target,
        relationships=relationships,
        out=out,
        config=config,
        workload=workload,
    )


@pipeline_app.command("check")
def pipeline_check(
    pipeline: Annotated[Path, typer.Argument(help="The pipeline file.")],
    *,
    connect: Annotated[
        bool, typer.Option("--connect", help="Also look up tables and columns in the databases.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Say all that is wrong with a pipeline file, with lines and the nearest right words."""
    from ombudsman.cli.commands.pipeline import check

    check(pipeline, connect=connect, config=config)


@pipeline_app.command("diagram")
def pipeline_diagram(
    pipeline: Annotated[Path, typer.Argument(help="The pipeline file.")],
    *,
    config: ConfigOption = None,
) -> None:
    """Print the pipeline as a Mermaid diagram."""
    from ombudsman.cli.commands.pipeline import diagram

    diagram(pipeline, config=config)


@pipeline_app.command("sql")
def pipeline_sql(
    pipeline: Annotated[Path, typer.Argument(help="The pipeline file.")],
    *,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this step and what it needs; may be given again.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write it as JSON to this file, too.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Print the SQL that a run would ask first, and about how much that is; only the catalogues are read."""
    from ombudsman.cli.commands.pipeline import sql

    raise typer.Exit(sql(pipeline, only=only or [], json_file=json_file, config=config))


@config_app.command("show")
def config_show() -> None:
    """Print every setting of the installation and where it comes from; secrets are masked."""
    from ombudsman.cli.commands.config import show

    show()


@user_app.command("create")
def user_create(
    name: Annotated[str, typer.Argument(help="The user's name.")],
    *,
    role: Annotated[str, typer.Option(help="administrator, auditor or user.")] = "user",
    subject: Annotated[
        str | None,
        typer.Option(help="As whom the sign-in provider knows the person; then no password."),
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    data: DataFolder = None,
) -> None:
    """Make an account in the studio."""
    from ombudsman.cli.commands.studio import create_user

    create_user(name, role=role, subject=subject, from_stdin=password_stdin, data_folder=data)


@user_app.command("reset")
def user_reset(
    name: Annotated[str, typer.Argument(help="The user's name.")],
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    data: DataFolder = None,
) -> None:
    """Give a user a new password, and take a lost second factor away. All sessions and API tokens end."""
    from ombudsman.cli.commands.studio import reset_user

    reset_user(name, from_stdin=password_stdin, data_folder=data)


@db_app.command("upgrade")
def db_upgrade(*, data: DataFolder = None) -> None:
    """Bring the studio's store to the form that this version knows."""
    from ombudsman.cli.commands.studio import upgrade

    upgrade(data)


@keys_app.command("rotate")
def keys_rotate(*, data: DataFolder = None) -> None:
    """Make a new master key; what the older ones encrypted stays readable."""
    from ombudsman.cli.commands.studio import rotate_keys

    rotate_keys(data)


@audit_app.command("verify")
def audit_verify(*, data: DataFolder = None) -> None:
    """Say whether the audit log is whole. Exit code: 0 it is, 1 it was changed."""
    from ombudsman.cli.commands.studio import verify_audit

    raise typer.Exit(verify_audit(data))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The program. Ends with the exit code that `failures` explains.

    Args:
        arguments: what stands behind the program's name; by default what it was called with.
    """
    from ombudsman.cli.failures import carried_out

    sys.exit(carried_out(lambda: app(args=arguments, standalone_mode=False)))
