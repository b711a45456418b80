"""What the page of saved points is made of."""
