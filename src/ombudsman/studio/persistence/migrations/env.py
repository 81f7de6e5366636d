"""Alembic's way in: it is handed the transaction in which all steps run."""

from alembic import context

from ombudsman.studio.persistence.entities import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
