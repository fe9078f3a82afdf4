"""Speech corpora and what is made of single voices."""
