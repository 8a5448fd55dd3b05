"""The first tables. They are written out: those of `bot.state.tables` will change, this file will not."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TURN_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of exactly this type."""


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "guilds",
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("shared", sa.JSON),
        sa.Column("channels", sa.JSON, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("daily_questions", sa.BigInteger),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("caution", sa.Text, nullable=False),
        sa.Column("threads", sa.Boolean, nullable=False),
    )
    op.create_table(
        "turns",
        sa.Column("id", TURN_ID, primary_key=True),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("asker_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("parent_id", TURN_ID, sa.ForeignKey("turns.id", ondelete="SET NULL"), index=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("standalone_question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("citations", sa.JSON, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Index("turns_by_channel", "channel_id", "id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "answer_messages",
        sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("turn_id", TURN_ID, sa.ForeignKey("turns.id", ondelete="CASCADE"), nullable=False, index=True),
    )
    op.create_table(
        "feedback",
        sa.Column("turn_id", TURN_ID, sa.ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "quotas",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("used", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "facts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
