"""The history: every run of the checks is kept in a database, so that two can be compared and a finding has a past."""
