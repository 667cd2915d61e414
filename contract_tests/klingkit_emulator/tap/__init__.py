"""A fake Kling that writes down what relays really send it."""
