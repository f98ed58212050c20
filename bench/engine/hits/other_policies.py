# Runs cache policies of libcachesim (PyPI) over one trace, for others.ts. Arguments: a file of that library's
# "oracleGeneral" records, then the capacity in bytes. Prints, as JSON, each policy's hit ratio by requests
# and by bytes. Ends with 3 where the library is missing.

import json
import sys

try:
    import libcachesim
except ImportError:
    sys.exit(3)

POLICIES = {
    "S3-FIFO": libcachesim.S3FIFO,
    "SIEVE": libcachesim.Sieve,
    "ARC": libcachesim.ARC,
    "W-TinyLFU": libcachesim.WTinyLFU,
}

path, capacity = sys.argv[1], int(sys.argv[2])
ratios = {}
for name, policy in POLICIES.items():
    trace = libcachesim.TraceReader(path, libcachesim.TraceType.ORACLE_GENERAL_TRACE)
    requests, in_bytes = policy(capacity).process_trace(trace)
    ratios[name] = [1 - requests, 1 - in_bytes]
print(json.dumps(ratios))
