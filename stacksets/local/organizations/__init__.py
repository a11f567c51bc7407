"""Organizations: what ministack's lacks, answered by the front.

ministack keeps units, accounts and policies; here stand the organization as a whole (`tree`), what
it lets services and delegated administrators do (`directory`), the Actions that ministack does not
have (`actions/`), and who may ask for what (`service`).
"""
