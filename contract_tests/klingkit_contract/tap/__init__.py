"""Creates that are sent through a relay, and what of them arrives at the tap behind it."""
