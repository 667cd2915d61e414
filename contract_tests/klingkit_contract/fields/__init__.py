"""Fields of requests and answers: what documents say of them, what answers hold, what our client needs."""
