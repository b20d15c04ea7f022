"""Numbers in, numbers out; knows nothing of tickets, outputs or labels."""
