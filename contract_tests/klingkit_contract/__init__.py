"""Holds relays to their documents: asks, judges and reports, within a budget of creates that may be charged."""
