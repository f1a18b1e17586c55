"""Run by Alembic: the connection comes from `storage.migrate`, which is the only way in."""

from alembic import context

from storage import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.load(),
    compare_type=True,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
