"""What would conversations ask first?

Each is begun up to the first thing that it awaits, which nobody answers; then it is closed. What they ask is planned
into scans as `Rounds` plans it, side by side and table by table, and no database is asked. What they would ask next
depends on answers.
"""

from collections.abc import Coroutine, Hashable, Iterable, Iterator, Mapping
from typing import Any

from ombudsman.measures.joint import Joint
from ombudsman.measures.plan import JointScan, Question, Scan, plan
from ombudsman.measures.rounds import Ask, unanswerable
from ombudsman.model.tables import Side


def first_questions(conversation: Coroutine[Ask, tuple[Any, ...], Any]) -> tuple[Question, ...]:
    """What a conversation asks first; () when it ends without a question. It cannot be gone on with.

    Raises:
        TypeError: it awaits what cannot be answered.
        Exception: whatever the conversation itself raises.
    """
    try:
        ask = conversation.send(None)  # type: ignore[arg-type]
    except StopIteration:
        return ()
    finally:
        conversation.close()
    if problem := unanswerable(ask):
        raise TypeError(problem)
    return ask.questions


def first_scans(
    questions: Iterable[Question], *, max_select_list: Mapping[Side, int]
) -> Iterator[Scan]:
    """As few scans as answer the questions that come together, those of one table before those of the next."""
    waiting: dict[tuple[Side, Hashable], list[Question]] = {}
    for question in {each.key: each for each in questions}.values():
        if isinstance(question.measure, Joint):
            yield JointScan(question)
        else:
            relation = question.relation
            waiting.setdefault((relation.side, relation.table.ref), []).append(question)
    for (side, _), asked in waiting.items():
        yield from plan(asked, max_select_list=max_select_list[side])
