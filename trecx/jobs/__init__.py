"""Scorings and deployments of known models: started by a page, run one at a time in separate processes."""
