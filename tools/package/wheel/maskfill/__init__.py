"""maskfill's programs as commands, and its records' classes.

    from maskfill import records_pb2
    from maskfill.shards import records
"""
