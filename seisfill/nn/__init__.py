"""Networks and their weights; torch only."""
