"""What Alembic runs: the steps, in the transaction of the connection that `trecx.store.upgrade` gives it."""

from alembic import context

from trecx.store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
