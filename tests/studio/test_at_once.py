"""What two people do to each other at the same moment, on both stores: somebody is always left in charge.

Each is held up just before the count that decides, until the other has come as far. Who is made to wait for the other
never comes: then the first goes on after a while.
"""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.studio.people import Person, Studio

from ombudsman.studio.persistence.accounts import Accounts
from ombudsman.studio.security.roles import Role
from ombudsman.studio.services import projects

TOGETHER_S = 1.5


def met(act: Callable[..., Any]) -> Callable[..., Any]:
    """The function, for two who meet before it."""
    both = threading.Barrier(2, timeout=TOGETHER_S)

    def meeting(*given: Any) -> Any:
        with contextlib.suppress(threading.BrokenBarrierError):  # then the other waits for us
            both.wait()
        return act(*given)

    return meeting


def at_once(*asks: Callable[[], httpx.Response]) -> list[int]:
    with ThreadPoolExecutor(len(asks)) as pool:
        asked = [pool.submit(ask) for ask in asks]
        return sorted(each.result().status_code for each in asked)


def test_of_two_administrators_who_demote_each_other_one_stays(
    any_studio: Studio, monkeypatch: pytest.MonkeyPatch
):
    one, other = (any_studio.user(name, Role.ADMINISTRATOR) for name in ("amira", "bo"))
    monkeypatch.setattr(Accounts, "active_with_role", met(Accounts.active_with_role))

    def demotes(actor: Person, demoted: Person) -> Callable[[], httpx.Response]:
        path = f"/auth/users/{demoted.id}"
        return lambda: actor.patch(path, {"role": "user"}, version=1)

    assert at_once(demotes(one, other), demotes(other, one)) == [200, 409]


@pytest.mark.parametrize("verb", ["demote", "remove"])
def test_of_two_owners_who_put_each_other_out_one_stays(
    any_studio: Studio, monkeypatch: pytest.MonkeyPatch, verb: str
):
    admin = any_studio.user("amira", Role.ADMINISTRATOR)
    project_id = admin.post("/projects/", {"name": "p"}).json()["id"]
    one, other = (any_studio.member(name, project_id, Role.OWNER) for name in ("bo", "cy"))
    assert admin.delete(f"/projects/{project_id}/members/{admin.id}").status_code == 204
    monkeypatch.setattr(projects, "_refuse_ownerless", met(projects._refuse_ownerless))

    def puts_out(actor: Person, out: Person) -> Callable[[], httpx.Response]:
        path = f"/projects/{project_id}/members/{out.id}"
        if verb == "remove":
            return lambda: actor.delete(path)
        return lambda: actor.put(path, {"role": "viewer"})

    statuses = at_once(puts_out(one, other), puts_out(other, one))
    refused = {403, 404} if any_studio.on.store.is_sqlite else {409}  # out already, or the last one
    assert statuses[0] in {200, 204}
    assert statuses[1] in refused
    owners = [m["role"] for m in admin.get(f"/projects/{project_id}/members").json()["items"]]
    assert owners.count("owner") == 1
