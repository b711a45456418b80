"""The parts of the page Score: the list of known models, and the queue of jobs."""
