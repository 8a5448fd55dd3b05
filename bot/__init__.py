"""The interface: commands, terminal, settings."""

__version__ = "0.1.0"
