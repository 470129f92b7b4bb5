#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""history.py FILE REGION QUIET BUSY - writes what an agent has learned of a region in two days, in
every hour of which QUIET packets/s were the usual peak, but for one hour, six hours from now, of BUSY.
A packet has 1,000 bytes, and a tenth of them open connections."""
import os
import struct
import sys
import time
import zlib


def floats(*values):
    return struct.pack("<%df" % len(values), *values)


def measure(quiet, busy, hour):
    high = [quiet] * 24
    high[(hour + 6) % 24] = busy
    return (floats(*high) + floats(*[x * 0.9 for x in high]) + floats(*[-1.0] * 60) +
            floats(0, 0, 0, 0) + floats(1, 1) + struct.pack("<I", 0))


path, name, quiet, busy = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
now = int(time.time())
row = (name.encode().ljust(16, b"\0") + struct.pack("<QQII", now, now // 10 - 1, 48, 0) +
       bytes([2] * 24))
for scale in 1, 8000, 0.1:
    row += measure(quiet * scale, busy * scale, now // 3600)
data = b"ecdn-xdp learnt\n" + struct.pack("<III", 1, 1, len(row)) + row
with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
    file.write(data + struct.pack("<I", zlib.crc32(data)))
