"""A small star and params that make sense of it, for every validator; and such as make none, and what must be told."""

from dataclasses import dataclass
from typing import Any

SQL = """
CREATE TABLE products (
  id INTEGER PRIMARY KEY, code VARCHAR, name VARCHAR, begins DATE, ends DATE, flag VARCHAR, is_current BOOLEAN);
INSERT INTO products VALUES (1, 'P1', 'one', DATE '2023-01-01', NULL, 'Y', TRUE);
CREATE TABLE sales (
  id INTEGER PRIMARY KEY, product INTEGER, code VARCHAR, region VARCHAR, sold DATE, loaded TIMESTAMP,
  amount DECIMAL(12, 2), profit DECIMAL(12, 2), quantity INTEGER, price DECIMAL(12, 2));
INSERT INTO sales VALUES (1, 1, 'P1', 'north', DATE '2024-01-01', TIMESTAMP '2024-01-01 10:00:00', 10, 2, 1, 10);
CREATE TABLE log (told VARCHAR);
"""

VALID: dict[str, dict[str, Any]] = {
    "validate_schema_columns": {"allow_extra": True},
    "validate_schema_datatypes": {
        "columns": ["amount"],
        "accept": [{"source": "DATE", "target": "TIMESTAMP*"}],
    },
    "validate_schema_nullability": {"columns": ["amount"]},
    "validate_schema_keys": {"foreign_keys": False},
    "validate_record_counts": {
        "group_by": ["region", {"column": "sold", "period": "month"}],
        "where": "amount > 0",
    },
    "validate_nulls": {
        "columns": ["amount"],
        "not_allowed": ["product"],
        "group_by": ["region"],
        "where": "amount > 0",
    },
    "validate_uniqueness": {"columns": ["id"]},
    "validate_rows": {
        "key": ["id"],
        "columns": ["amount"],
        "exclude": ["loaded"],
        "where": "amount > 0",
        "strategy": "stream",
        "limit": 10,
        "sample": 100,
    },
    "validate_statistics": {
        "columns": ["amount"],
        "statistics": ["min"],
        "group_by": ["region"],
        "where": "amount > 0",
    },
    "validate_distribution": {"columns": ["amount"], "where": "amount > 0", "bins": 10},
    "validate_outliers": {"columns": ["amount"], "where": "amount > 0", "distance": 2},
    "validate_domain_values": {
        "columns": ["region"],
        "allowed": ["north", "south"],
        "where": "amount > 0",
    },
    "validate_regex_patterns": {"columns": ["code"], "pattern": "P[0-9]+", "where": "amount > 0"},
    "validate_foreign_keys": {
        "references": [{"columns": ["product"], "table": "products", "referred_columns": ["id"]}]
    },
    "validate_dim_business_keys": {"business_key": ["code"], "where": "amount > 0"},
    "validate_dim_surrogate_keys": {
        "surrogate_key": "id",
        "business_key": ["code"],
        "fixed": [-1, 0],
        "where": "amount > 0",
    },
    "validate_scd1": {
        "business_key": ["id"],
        "attributes": ["amount"],
        "exclude": ["loaded"],
        "where": "amount > 0",
    },
    "validate_scd2": {
        "business_key": ["code"],
        "valid_from": "sold",
        "valid_to": "loaded",
        "current_flag": "quantity",
        "current_value": 1,
    },
    "validate_composite_keys": {"columns": ["code", "sold"], "where": "amount > 0"},
    "validate_fact_dim_conformance": {
        "dimensions": [
            {
                "columns": ["product"],
                "table": "products",
                "referred_columns": ["id"],
                "date": "sold",
                "valid_from": "begins",
                "valid_to": "ends",
                "unknown": [-1],
            }
        ]
    },
    "validate_late_arriving_facts": {
        "event_date": "sold",
        "load_date": "loaded",
        "days_allowed": 2,
        "key": ["id"],
        "dimension": {
            "columns": ["code"],
            "table": "products",
            "referred_columns": ["code"],
            "valid_from": "begins",
        },
    },
    "validate_metric_sums": {
        "columns": ["amount"],
        "group_by": ["region"],
        "where": "amount > 0",
    },
    "validate_metric_averages": {
        "columns": ["price"],
        "weight": "quantity",
        "group_by": ["region"],
        "where": "amount > 0",
    },
    "validate_ratios": {
        "ratios": [{"numerator": "profit", "denominator": "amount"}],
        "group_by": ["region"],
        "where": "amount > 0",
    },
    "validate_ts_continuity": {"date_column": "sold", "by": ["region"], "where": "amount > 0"},
    "validate_ts_duplicates": {"date_column": "sold", "by": ["region"], "where": "amount > 0"},
    "validate_ts_rolling_drift": {
        "date_column": "sold",
        "column": "amount",
        "level": "mean",
        "by": ["region"],
        "where": "amount > 0",
    },
    "validate_period_over_period": {
        "date_column": "sold",
        "column": "amount",
        "level": "mean",
        "by": ["region"],
        "where": "amount > 0",
    },
    "validate_business_rule": {"rule": "amount > 0", "where": "amount > 0", "key": ["id"]},
    "validate_custom_query": {
        "source_query": "SELECT region, SUM(amount) AS amount FROM sales GROUP BY region",
        "target_query": "SELECT region, SUM(amount) AS amount FROM sales GROUP BY region",
        "key": ["region"],
    },
    "validate_query_parity": {"query": "SELECT id, amount FROM sales", "key": ["id"]},
}
"""For each validator params that say all they can of the star: changed in one place, they must be refused."""


@dataclass(frozen=True)
class Nonsense:
    """Params of a validator that make no sense, the path that must be told, and words beside it."""

    validator: str
    change: dict[str, Any]
    path: str
    words: str
    found_by: str = "model"
    """`model`: when the file is read. `catalogue`: before the first question, from what the catalogues say."""

    @property
    def params(self) -> dict[str, Any]:
        """The valid params, changed; a None takes a param away."""
        changed = VALID[self.validator] | self.change
        return {name: value for name, value in changed.items() if value is not None}


PRODUCT = VALID["validate_fact_dim_conformance"]["dimensions"][0]
MEMBER = VALID["validate_late_arriving_facts"]["dimension"]

NONSENSE = (
    # ------------------------------------------------------------ schema
    Nonsense("validate_schema_columns", {"allow_extra": "perhaps"}, "allow_extra", "boolean"),
    Nonsense(
        "validate_schema_datatypes",
        {"accept": [{"source": "", "target": "DATE"}]},
        "accept[0].source",
        "at least 1 character",
    ),
    Nonsense(
        "validate_schema_datatypes",
        {"accept": [{"source": "DATE"}]},
        "accept[0]",
        "'target' is missing",
    ),
    Nonsense("validate_schema_nullability", {"columns": "amount"}, "columns", "should be a list"),
    Nonsense("validate_schema_keys", {"must_enforce": 3}, "must_enforce", "boolean"),
    # ------------------------------------------------------------ dq
    Nonsense(
        "validate_record_counts",
        {"group_by": [{"column": "sold", "period": "fortnight"}]},
        "group_by[0].period",
        "should be 'hour'",
    ),
    Nonsense(
        "validate_record_counts", {"group_by": [{"column": "sold"}]}, "group_by[0]", "'period'"
    ),
    Nonsense(
        "validate_record_counts",
        {"tolerance": {"relative": -0.1}},
        "tolerance.relative",
        "greater than or equal to 0",
    ),
    Nonsense("validate_nulls", {"columns": [""]}, "columns[0]", "at least 1 character"),
    Nonsense("validate_uniqueness", {"columns": [["id"]]}, "columns[0]", "should be a text"),
    Nonsense("validate_rows", {"limit": 0}, "limit", "greater than or equal to 1"),
    Nonsense("validate_rows", {"sample": 0}, "sample", "greater than or equal to 1"),
    Nonsense("validate_rows", {"whole_rows": True}, "whole_rows", "leave the key out"),
    Nonsense(
        "validate_rows", {"key": None, "whole_rows": True}, "sample", "whole rows cannot be sampled"
    ),
    Nonsense("validate_rows", {"strategy": "hash"}, "strategy", "should be"),
    Nonsense("validate_rows", {"exclude": ["id"]}, "exclude", "is named in key already"),
    Nonsense("validate_rows", {"exclude": ["amount"]}, "exclude", "is named in columns already"),
    Nonsense("validate_rows", {"key": ["id", "id"]}, "key", "twice"),
    Nonsense("validate_statistics", {"statistics": []}, "statistics", "at least 1 item"),
    Nonsense(
        "validate_statistics",
        {"statistics": ["maxx"]},
        "statistics[0]",
        "did you mean 'max'?",
    ),
    Nonsense("validate_distribution", {"bins": 1}, "bins", "greater than or equal to 2"),
    Nonsense("validate_distribution", {"bins": 101}, "bins", "less than or equal to 100"),
    Nonsense("validate_distribution", {"top": 0}, "top", "greater than or equal to 1"),
    Nonsense(
        "validate_distribution", {"max_distance": 1.5}, "max_distance", "less than or equal to 1"
    ),
    Nonsense(
        "validate_distribution",
        {"max_distance": -0.1},
        "max_distance",
        "greater than or equal to 0",
    ),
    Nonsense("validate_distribution", {"max_psi": -1}, "max_psi", "greater than or equal to 0"),
    Nonsense("validate_outliers", {"distance": 0}, "distance", "greater than 0"),
    Nonsense("validate_outliers", {"distance": -1.5}, "distance", "greater than 0"),
    Nonsense("validate_outliers", {"method": "sigma"}, "method", "should be 'iqr' or 'z_score'"),
    Nonsense("validate_domain_values", {"columns": []}, "columns", "at least 1 item"),
    Nonsense(
        "validate_domain_values",
        {"columns": ["quantity"], "allowed": ["one"]},
        "allowed",
        "'quantity' cannot hold",
        "catalogue",
    ),
    Nonsense("validate_regex_patterns", {"columns": []}, "columns", "at least 1 item"),
    Nonsense("validate_regex_patterns", {"pattern": ""}, "pattern", "at least 1 character"),
    Nonsense(
        "validate_regex_patterns", {"pattern": "(a)\\1"}, "pattern", "cannot be used", "catalogue"
    ),
    Nonsense("validate_regex_patterns", {"pattern": "P["}, "pattern", "RE2", "catalogue"),
    # ------------------------------------------------------------ ri, dimensions
    Nonsense(
        "validate_foreign_keys",
        {"references": [{"columns": [], "table": "products"}]},
        "references[0].columns",
        "at least 1 item",
    ),
    Nonsense(
        "validate_foreign_keys",
        {
            "references": [
                {"columns": ["product"], "table": "products", "referred_columns": ["id", "code"]}
            ]
        },
        "references[0].referred_columns",
        "pair by pair: 1 do not meet 2",
    ),
    Nonsense(
        "validate_foreign_keys",
        {"references": [{"columns": ["product"], "table": "a.b.c.d"}]},
        "references[0].table",
        "not of the form",
    ),
    Nonsense(
        "validate_foreign_keys",
        {"references": [{"columns": ["product"], "table": "product"}]},
        "references[0].table",
        "did you mean 'main.products'?",
        "catalogue",
    ),
    Nonsense("validate_dim_business_keys", {"inherited": "ignore"}, "inherited", "'tolerate'"),
    Nonsense(
        "validate_dim_surrogate_keys",
        {"business_key": ["code", "id"]},
        "business_key",
        "'id' is named in surrogate_key already",
    ),
    Nonsense("validate_dim_surrogate_keys", {"surrogate_key": None}, "", "'surrogate_key'"),
    Nonsense(
        "validate_scd1",
        {"attributes": ["id", "amount"]},
        "attributes",
        "'id' is named in business_key already",
    ),
    Nonsense(
        "validate_scd1",
        {"exclude": ["amount"]},
        "exclude",
        "'amount' is named in attributes already",
    ),
    Nonsense("validate_scd2", {"business_key": []}, "business_key", "at least 1 item"),
    Nonsense(
        "validate_scd2", {"valid_to": "sold"}, "valid_to", "'sold' is named in valid_from already"
    ),
    Nonsense(
        "validate_scd2",
        {"valid_from": "code"},
        "valid_from",
        "'code' is named in business_key already",
    ),
    Nonsense(
        "validate_scd2",
        {"current_flag": "loaded"},
        "current_flag",
        "'loaded' is named in valid_to already",
    ),
    Nonsense(
        "validate_scd2",
        {"current_flag": None},
        "current_value",
        "it says something of current_flag, and there is none",
    ),
    Nonsense("validate_scd2", {"open_end": "9999-99-99"}, "open_end", "date"),
    Nonsense("validate_scd2", {"intervals": "closed"}, "intervals", "'closed_days'"),
    Nonsense(
        "validate_scd2",
        {"current_value": "Y"},
        "current_value",
        "'quantity' is of the type integer in the source",
        "catalogue",
    ),
    Nonsense(
        "validate_composite_keys",
        {"columns": ["code"]},
        "columns",
        "two at least, and here are 1",
        "catalogue",
    ),
    # ------------------------------------------------------------ facts
    Nonsense("validate_fact_dim_conformance", {"dimensions": []}, "dimensions", "at least 1 item"),
    Nonsense(
        "validate_fact_dim_conformance",
        {"dimensions": [PRODUCT | {"referred_columns": ["id", "code"]}]},
        "dimensions[0].referred_columns",
        "pair by pair: 1 do not meet 2",
    ),
    Nonsense(
        "validate_fact_dim_conformance",
        {"dimensions": [PRODUCT | {"valid_to": "begins"}]},
        "dimensions[0].valid_to",
        "'begins' is named in valid_from already",
    ),
    Nonsense(
        "validate_fact_dim_conformance",
        {"dimensions": [{**PRODUCT, "valid_to": None}]},
        "dimensions",
        "name all three, or none of them",
        "catalogue",
    ),
    Nonsense(
        "validate_fact_dim_conformance",
        {"dimensions": [PRODUCT | {"unknown": ["-1"]}]},
        "dimensions",
        "write numbers as numbers",
        "catalogue",
    ),
    Nonsense(
        "validate_fact_dim_conformance",
        {"unknown_tolerance": {"absolute": -1}},
        "unknown_tolerance.absolute",
        "greater than or equal to 0",
    ),
    Nonsense(
        "validate_late_arriving_facts",
        {"load_date": "sold"},
        "load_date",
        "'sold' is named in event_date already",
    ),
    Nonsense(
        "validate_late_arriving_facts",
        {"load_date": None},
        "days_allowed",
        "it says something of load_date, and there is none",
    ),
    Nonsense(
        "validate_late_arriving_facts",
        {"days_allowed": -1},
        "days_allowed",
        "greater than or equal to 0",
    ),
    Nonsense(
        "validate_late_arriving_facts",
        {"load_date": None, "days_allowed": None, "dimension": None},
        "event_date",
        "name the load_date, or the dimension, or both",
        "catalogue",
    ),
    Nonsense(
        "validate_late_arriving_facts",
        {"event_date": "amount"},
        "event_date",
        "has no day",
        "catalogue",
    ),
    Nonsense(
        "validate_late_arriving_facts",
        {"dimension": MEMBER | {"referred_columns": ["id", "code"]}},
        "dimension.referred_columns",
        "pair by pair: 1 do not meet 2",
    ),
    # ------------------------------------------------------------ metrics
    Nonsense("validate_metric_sums", {"columns": []}, "columns", "at least 1 item"),
    Nonsense("validate_metric_sums", {"columns": None}, "", "'columns' is missing"),
    Nonsense(
        "validate_metric_averages",
        {"weight": "price"},
        "weight",
        "'price' is named in columns already",
    ),
    Nonsense("validate_ratios", {"ratios": []}, "ratios", "at least 1 item"),
    Nonsense(
        "validate_ratios",
        {"ratios": [{"numerator": "amount", "denominator": "amount"}]},
        "ratios[0].denominator",
        "'amount' is named in numerator already",
    ),
    # ------------------------------------------------------------ timeseries
    *(
        nonsense
        for validator in (
            *("validate_ts_continuity", "validate_ts_duplicates"),
            *("validate_ts_rolling_drift", "validate_period_over_period"),
        )
        for nonsense in (
            Nonsense(
                validator,
                {"by": ["region", "sold"]},
                "by",
                "'sold' is named in date_column already",
            ),
            Nonsense(validator, {"period": "decade"}, "period", "should be 'hour'"),
        )
    ),
    *(
        nonsense
        for validator in ("validate_ts_rolling_drift", "validate_period_over_period")
        for nonsense in (
            Nonsense(
                validator, {"column": "sold"}, "column", "'sold' is named in date_column already"
            ),
            Nonsense(
                validator,
                {"column": None},
                "level",
                "it says something of column, and there is none",
            ),
        )
    ),
    Nonsense("validate_ts_rolling_drift", {"window": -7}, "window", "greater than or equal to 2"),
    Nonsense("validate_ts_rolling_drift", {"window": 401}, "window", "less than or equal to 400"),
    Nonsense("validate_ts_rolling_drift", {"jump": 0}, "jump", "greater than 0"),
    Nonsense(
        "validate_period_over_period",
        {"periods_back": -1},
        "periods_back",
        "greater than or equal to 1",
    ),
    Nonsense(
        "validate_period_over_period",
        {"periods_back": 10_001},
        "periods_back",
        "less than or equal to 10000",
    ),
    # ------------------------------------------------------------ business
    Nonsense("validate_business_rule", {"rule": ""}, "rule", "at least 1 character"),
    Nonsense("validate_business_rule", {"rule": "amount + 1"}, "rule", "", "catalogue"),
    Nonsense("validate_custom_query", {"target_query": None}, "", "'target_query' is missing"),
    Nonsense(
        "validate_custom_query",
        {"key": ["regoin"]},
        "key",
        "did you mean 'region'?",
        "catalogue",
    ),
    Nonsense(
        "validate_custom_query",
        {"target_query": "SELECT region FROM sales"},
        "target_query",
        "it has 1 output columns, the source's 2",
        "catalogue",
    ),
    Nonsense("validate_query_parity", {"max_rows": 0}, "max_rows", "greater than or equal to 1"),
    Nonsense("validate_query_parity", {"key": ["idd"]}, "key", "did you mean 'id'?", "catalogue"),
    Nonsense(
        "validate_query_parity", {"query": "DELETE FROM sales"}, "query", "SELECT", "catalogue"
    ),
)
