"""What an inference costs on a device: energy, latency, battery life."""
