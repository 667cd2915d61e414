"""Gateway software that most relays run: what it does to a request, what it answers, whom it forwards to."""
