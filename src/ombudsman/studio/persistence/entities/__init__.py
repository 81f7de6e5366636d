"""The tables of the store, by what they are about: imported all together, so that `Base.metadata` is whole."""

from ombudsman.studio.persistence.entities import operations, projects, runs, users, workloads
from ombudsman.studio.persistence.entities.base import Base

__all__ = ["Base", "operations", "projects", "runs", "users", "workloads"]
