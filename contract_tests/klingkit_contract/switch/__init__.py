"""Whether code that works with one relay works with another, and if not, why: by documents and by observation."""
