"""What the Discord bot remembers: settings of guilds, turns, feedback, quotas. `database.State` opens it."""
