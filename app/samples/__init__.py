"""The parts of the page Samples: the gallery, one sample, and collections."""
