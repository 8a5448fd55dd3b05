"""Alembic runs this for every command; `bot.state.migrate` hands it the connection.

A new version is one more file in ``versions``, numbered on, that never changes once it was released.
"""

from alembic import context

from bot.state.tables import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
