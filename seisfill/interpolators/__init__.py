"""Fillers: one Protocol, several implementations that do not inherit."""
