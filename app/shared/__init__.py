"""Parts that all pages share: the left column, the address, charts, exports, and user text."""
