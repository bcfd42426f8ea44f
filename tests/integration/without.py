#!/usr/bin/env python3
"""Run a command as on a kernel that lacks some system calls.

    without.py NUMBER… -- COMMAND…

By seccomp: each of those calls (numbers from 424 on are the same on every
architecture) fails with ENOSYS, in the command and all that it starts.
"""
import ctypes
import errno
import os
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
LOAD_NUMBER = struct.pack("HBBI", 0x20, 0, 0, 0)
ALLOW = struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000)
REFUSE = struct.pack("HBBI", 0x06, 0, 0, 0x00050000 | errno.ENOSYS)


def unless(number):
    """Skip the next instruction but for that call."""
    return struct.pack("HBBI", 0x15, 0, 1, number)


def main():
    split = sys.argv.index("--")
    numbers = [int(n) for n in sys.argv[1:split]]
    program = LOAD_NUMBER + b"".join(unless(n) + REFUSE for n in numbers)
    program += ALLOW
    code = ctypes.create_string_buffer(program)
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0):
        sys.exit("without.py: " + os.strerror(ctypes.get_errno()))
    os.execvp(sys.argv[split + 1], sys.argv[split + 1:])


main()
