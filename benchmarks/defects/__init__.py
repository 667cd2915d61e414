"""Every planted defect: which of our checks finds it, and what plain Schemathesis finds on the same server."""
