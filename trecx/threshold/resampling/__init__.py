"""What another draw of the samples would have given: another ρ, another loss, another curve."""
