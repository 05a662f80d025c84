"""Files in: read, map columns, check each row, merge, repair, write in one transaction.

`data.importers.run.import_files` is the door. Every row is accounted for in a `Ledger`.
"""
