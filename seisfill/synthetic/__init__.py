"""Synthetic seismic data: events, wavelets, noise, surveys."""
