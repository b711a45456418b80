"""One design beside others: seeds, ranking, paired differences, and what of them may be luck."""
