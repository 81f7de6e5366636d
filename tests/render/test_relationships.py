"""Relationships as lines and as a diagram: declared and inferred are told apart, and no name breaks out."""

from tests.relationships.schemas import schema

from ombudsman.model.tables import ForeignKey
from ombudsman.relationships.infer import infer_relationships
from ombudsman.render.relationships import relationship_lines, relationships_diagram


def test_lines_say_from_to_how_surely_how_many_and_why():
    catalogue, _ = schema("""
        Party: PartyID* int
        Party_Info: PartyID* int
        Badge: BadgeID* int, PartyID? int
    """)
    first, second = relationship_lines(infer_relationships(catalogue))
    assert first == (
        "Party_Info.PartyID",
        "Party.PartyID",
        "0.950",
        "1:1",
        "called like the key PartyID",
    )
    assert second[3] == "n:0..1"


def test_the_diagram_draws_inferred_ones_with_dots():
    catalogue, _ = schema("""
        Party: PartyID* int
        Badge: BadgeID* int, PartyID int, OwnerPartyID? int
        Alone: x int
    """)
    party, badge, alone = catalogue.tables
    key = ForeignKey(columns=("PartyID",), table=party.ref, referred_columns=("PartyID",))
    declared = badge.model_copy(update={"foreign_keys": (key,)})
    there = catalogue.model_copy(update={"tables": (party, declared, alone)})
    assert relationships_diagram(there, infer_relationships(there)).splitlines() == [
        "erDiagram",
        '  t0["Party"]',
        '  t1["Badge"]',
        '  t1 }o--|| t0 : "PartyID"',
        '  t1 }o..o| t0 : "OwnerPartyID"',
    ]


def test_no_name_can_break_out_of_the_diagram():
    catalogue, _ = schema('"Par""ty];": Key* int')
    (odd,) = catalogue.tables
    key = ForeignKey(columns=("Key",), table=odd.ref, referred_columns=("Key",))
    there = catalogue.model_copy(
        update={"tables": (odd.model_copy(update={"foreign_keys": (key,)}),)}
    )
    text = relationships_diagram(there, infer_relationships(there))
    assert '""' not in text
    assert "#93;" in text
    assert "];" not in text.replace('"]', "")
