"""Runs that print figures; never part of the tests. Each needs the data folder (see ``--data``)."""
