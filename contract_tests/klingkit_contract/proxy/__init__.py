"""A proxy that changes nothing and sees everything: an application's real traffic, held against the spec."""
