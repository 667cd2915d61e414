"""Vendor pages in, one OpenAPI spec out: the reader and the pipeline behind it."""
