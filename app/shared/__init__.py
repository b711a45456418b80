"""What all pages share: the left column, the address, charts, and text that users wrote."""
