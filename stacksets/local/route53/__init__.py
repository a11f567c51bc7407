"""Route 53's data plane: what health checkers see, and which region a name leads to.

ministack keeps zones, records and health checks; it asks no endpoint and answers no query.
"""
