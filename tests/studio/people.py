"""People of a studio for the tests: made without the cost of their passwords, and signed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from tests.studio.client import ADDRESS, Client
from tests.studio.conftest import Clock

from ombudsman.studio.fields import folded
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.entities.projects import Project
from ombudsman.studio.persistence.entities.users import Membership, User
from ombudsman.studio.security.roles import PROJECT_ROLES, Role
from ombudsman.studio.services.service import Caller
from ombudsman.studio.services.sign_in import SignIn

PASSWORD = "correct horse battery staple"


@dataclass
class Studio:
    """A studio to be tested, with a client that nobody is signed in to."""

    on: Foundation
    app: FastAPI
    client: Client
    clock: Clock
    _hash: str = field(default="")
    _everybody: dict[Role, "Person"] = field(default_factory=dict)
    _projects: int = 0

    def user(self, name: str, role: Role = Role.USER) -> "Person":
        """A new user with `PASSWORD`, signed in."""
        self._hash = self._hash or self.on.passwords.hash(PASSWORD)
        with self.on.store.writing() as unit:
            row = User(
                username=name,
                folded_name=folded(name),
                role=role,
                password_hash=self._hash,
                password_changed=unit.now,
                created=unit.now,
                updated=unit.now,
            )
            unit.accounts.add(row)
            caller = Caller(address=ADDRESS, request_id="test")
            tokens = SignIn(self.on).begin_session(unit, row, caller)
        return Person(self, name, row.id, tokens.access_token, tokens.refresh_token)

    def member(self, name: str, project_id: str, role: Role) -> "Person":
        """A new user who is a member of a project."""
        person = self.user(name)
        with self.on.store.writing() as unit:
            unit.projects.put_member(
                Membership(project_id=project_id, user_id=person.id, role=role, created=unit.now)
            )
        return person

    def team(self, admin: "Person", name: str = "retail") -> "Team":
        """A project with a member of every role."""
        made = admin.post("/projects/", {"name": name})
        assert made.status_code == 201, made.text
        project_id = made.json()["id"]
        members = {
            role: self.member(f"{role}-of-{name}", project_id, role) for role in PROJECT_ROLES
        }
        gone = members[Role.OWNER].delete(f"/projects/{project_id}/members/{admin.id}")
        assert gone.status_code == 204, gone.text
        return Team(self, project_id, members)

    def new_project(self) -> "Team":
        """A new project; its members are the same people each time, one of every role."""
        if not self._everybody:
            self._everybody |= {role: self.user(f"the-{role}") for role in PROJECT_ROLES}
        with self.on.store.writing() as unit:
            self._projects += 1
            name = f"project {self._projects}"
            project = unit.projects.add(Project(name=name, created=unit.now, updated=unit.now))
            unit.session.add_all(
                Membership(project_id=project.id, user_id=person.id, role=role, created=unit.now)
                for role, person in self._everybody.items()
            )
            return Team(self, project.id, self._everybody)

    def audited(self) -> list[Any]:
        """The audit log, the oldest entry first."""
        from ombudsman.studio.persistence.paging import PageRequest

        with self.on.store.reading() as unit:
            return list(reversed(unit.audit.listed(PageRequest(limit=200)).items))


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in."""

    studio: Studio
    name: str
    id: str
    access_token: str
    refresh_token: str = ""

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Sends a request."""
        sent = {"Authorization": f"Bearer {self.access_token}"} | dict(headers or {})
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        return self.studio.client.request(method, path, json=body, headers=sent, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return self.ask("POST", path, body, **more)

    def put(self, path: str, body: Any, **more: Any) -> httpx.Response:
        return self.ask("PUT", path, body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> httpx.Response:
        return self.ask("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("DELETE", path, **more)


@dataclass(frozen=True)
class Team:
    """A project and a member of each role."""

    studio: Studio
    project_id: str
    members: Mapping[Role, Person]

    def __getattr__(self, name: str) -> Person:
        return self.members[Role(name)]
