"""The parts of the page of samples: the gallery, one sample, and collections."""
