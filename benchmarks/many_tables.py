"""Catalogues of thousands of tables, for the search for a mapping: tables of our own trades, each many times over.

Every table comes some eighty times, with two other words before its name, and in one of seven columns with another
word: so each has dozens of near relations, among which the right one has to be found.
"""

import random

from tests.mapping.domains import DOMAINS, domain

from ombudsman.model.tables import Catalogue, Table, TableRef

SCHEMAS = 10

_WORDS = """
    retail wholesale online legacy north south east west europe asia america africa daily monthly yearly current archive
    planned actual public private inbound outbound internal external primary secondary manual automatic local global
    mobile static dynamic main spare test pilot draft final
""".split()  # noqa: SIM905 - reads as a text


def many_tables(count: int, seed: int = 0) -> Catalogue:
    """A catalogue of so many tables in ten schemas."""
    draw = random.Random(seed)  # noqa: S311 - the same tables each time
    models = [table for name in DOMAINS for table in domain(name).tables]
    tables: dict[str, Table] = {}
    while len(tables) < count:
        model = draw.choice(models)
        name = draw.choice(_WORDS).title() + draw.choice(_WORDS).title() + model.ref.name
        mark = draw.choice(_WORDS).title()
        columns = tuple(
            column.model_copy(
                update={"name": mark + column.name if draw.random() < 0.15 else column.name}
            )
            for column in model.columns
        )
        ref = TableRef(schema=f"area{len(tables) % SCHEMAS}", name=name)
        tables.setdefault(name, Table(ref=ref, columns=columns))
    return domain("bank").model_copy(update={"tables": tuple(tables.values())})
