"""`ombudsman pipeline generate`: from a mapping file to a pipeline that runs."""

import json
from pathlib import Path

import pytest
from tests.cli.program import ombudsman
from tests.cli.shop import Shop, make_shop

from ombudsman.cli.demo.generate import generate as make_demo

SIDES = ("--source", "old", "--target", "new")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = make_shop(tmp_path_factory.mktemp("shop"))
    assert shop.call("mapping", "suggest", "old", "new", "--out", "mapping.yaml").code == 0
    return shop


def test_a_pipeline_is_generated_checked_and_run(shop: Shop):
    told = shop.call(
        "pipeline", "generate", "--mapping", "mapping.yaml", *SIDES, "--out", "it.yaml"
    )
    assert (told.code, told.err) == (0, "")
    assert "proposed in it.yaml: read why each is there, and edit" in told.out
    checked = shop.call("pipeline", "check", "it.yaml", "--connect")
    assert (checked.code, "nothing wrong" in checked.out) == (0, True)
    ran = shop.call("run", "it.yaml", "--json", "results.json")
    assert ran.code == 1, "the shop's target has one amount that is not the source's"
    steps = json.loads((shop.folder / "results.json").read_text("utf-8"))["steps"]
    statuses = {each["id"]: each["status"] for each in steps}
    assert statuses["orders_sums"] == "failed"
    assert "errored" not in statuses.values()


def test_without_a_file_it_is_printed(shop: Shop):
    told = shop.call("pipeline", "generate", "--mapping", "mapping.yaml", *SIDES)
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("# Proposed from the mapping")
    assert "\nname: mapping\nsource: old\ntarget: new\nmapping: mapping.yaml\n" in told.out
    shop.write("piped.yaml", told.out)
    assert shop.call("pipeline", "check", "piped.yaml").code == 0


def test_the_mapping_is_found_from_where_the_pipeline_lies(shop: Shop):
    (shop.folder / "pipelines").mkdir()
    arguments = ("--mapping", "mapping.yaml", *SIDES, "--out", "pipelines/it.yaml")
    assert shop.call("pipeline", "generate", *arguments).code == 0
    written = (shop.folder / "pipelines" / "it.yaml").read_text("utf-8")
    assert "\nmapping: ../mapping.yaml\n" in written
    assert shop.call("pipeline", "check", "pipelines/it.yaml").code == 0


def test_urls_may_stand_for_connections(shop: Shop):
    sides = ("--source", "duckdb:///old.duckdb", "--target", "duckdb:///new.duckdb")
    told = shop.call("pipeline", "generate", "--mapping", "mapping.yaml", *sides, "--out", "u.yaml")
    assert told.code == 0, told.all
    assert shop.call("run", "u.yaml", "--only", "counts").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("--mapping", "mapping.yaml"),
            ("no connection 'source' in ombudsman.yaml", "there are: 'new', 'old'"),
        ),
        (("--mapping", "maping.yaml", *SIDES), ("there is no file maping.yaml", "'mapping.yaml'")),
        (
            (*("--mapping", "mapping.yaml", "--target", "new"), "--source", "odl"),
            ("no connection 'odl'", "did you mean 'old'?"),
        ),
        (
            ("--mapping", "mapping.yaml", "--source", "postgresql://ann:secret@host/db"),
            ("the URL of --source holds a password", "ombudsman.yaml"),
        ),
        (("--mapping", "empty.yaml", *SIDES), ("no table that both sides have",)),
        ((), ("--mapping",)),
    ],
)
def test_what_cannot_be_used_is_told(
    arguments: tuple[str, ...], words: tuple[str, ...], shop: Shop
):
    shop.write("empty.yaml", "tables: []")
    told = shop.call("pipeline", "generate", *arguments)
    assert told.code == 2, told.all
    sentence = " ".join(told.all.split())
    assert [word for word in words if word not in sentence] == []
    assert "secret" not in told.all


def test_a_source_that_is_not_reached_is_told(shop: Shop):
    sides = ("--source", "duckdb:///nowhere.duckdb", "--target", "new")
    told = shop.call("pipeline", "generate", "--mapping", "mapping.yaml", *sides, "--out", "n.yaml")
    assert (told.code, "nowhere.duckdb" in told.err) == (3, True)
    assert not (shop.folder / "n.yaml").exists()


# ------------------------------------------------------------ the demo


def generated_and_run(folder: Path) -> list[dict[str, object]]:
    """The steps of a generated pipeline over the two connections that the folder names."""
    for arguments in (
        ("pipeline", "generate", "--mapping", "mapping.yaml", "--out", "generated.yaml"),
        ("pipeline", "check", "generated.yaml", "--connect"),
    ):
        told = ombudsman(*arguments, cwd=folder)
        assert told.code == 0, told.all
    ombudsman("run", "generated.yaml", "--json", "results.json", cwd=folder)
    steps: list[dict[str, object]] = json.loads((folder / "results.json").read_text("utf-8"))[
        "steps"
    ]
    return steps


def test_the_demo_is_asked_without_an_error_and_found_damaged(tmp_path: Path):
    make_demo(tmp_path, rows=400)
    steps = generated_and_run(tmp_path)
    statuses = {each["id"]: each["status"] for each in steps}
    assert set(statuses.values()) == {"passed", "failed"}
    found = ("columns.DimPromotion", "dim_product_history", "fact_sales_dimensions")
    assert [each for each in found if statuses[each] != "failed"] == []


def test_the_demos_source_against_itself_passes_whole(tmp_path: Path):
    files = make_demo(tmp_path, rows=400)
    files.config.write_text(
        "connections:\n"
        "  source: {engine: duckdb, path: source.duckdb}\n"
        "  target: {engine: duckdb, path: source.duckdb}\n",
        "utf-8",
    )
    told = ombudsman(
        "mapping", "suggest", "source", "target", "--out", "mapping.yaml", cwd=tmp_path
    )
    assert told.code == 0, told.all
    steps = generated_and_run(tmp_path)
    assert {each["status"] for each in steps} == {"passed"}
    assert len(steps) > 100
