"""Costs of inference on a device: energy, latency, battery life."""
