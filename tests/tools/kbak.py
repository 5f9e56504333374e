"""KBAK v1 segments, read with the standard library and the system's libzstd.so.1.

Written from the description of the format alone; shares no code with the program that it checks.
"""
import ctypes
import functools
import struct
import zlib

HEADER = struct.Struct("<4sBBHQqq")
FOOTER = struct.Struct("<I4s")
LEAD = struct.Struct("<Iqqi")
INT, LONG, SHORT = struct.Struct("<i"), struct.Struct("<q"), struct.Struct("<H")
CODECS = {0: "none", 1: "zstd", 2: "lz4"}
EXTENSIONS = {"none": ".bin", "zstd": ".bin.zst", "lz4": ".bin.lz4"}
BODY_LIMIT = 1 << 31


class Bad(Exception):
    """What is stored is not what the format says."""


class Stream(ctypes.Structure):
    _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t), ("pos", ctypes.c_size_t)]


@functools.lru_cache(maxsize=None)
def libzstd():
    lib = ctypes.CDLL("libzstd.so.1")
    lib.ZSTD_createDCtx.restype = ctypes.c_void_p
    lib.ZSTD_freeDCtx.argtypes = [ctypes.c_void_p]
    lib.ZSTD_decompressStream.restype = ctypes.c_size_t
    lib.ZSTD_decompressStream.argtypes = [ctypes.c_void_p, ctypes.POINTER(Stream), ctypes.POINTER(Stream)]
    lib.ZSTD_isError.argtypes = [ctypes.c_size_t]
    lib.ZSTD_getErrorName.argtypes, lib.ZSTD_getErrorName.restype = [ctypes.c_size_t], ctypes.c_char_p
    return lib


def unzstd(data, size=None):
    """Every frame of `data`. With `size` the result must have exactly that many bytes; without, it may have any number."""
    lib = libzstd()
    source = (ctypes.c_char * len(data)).from_buffer_copy(data)
    given = Stream(ctypes.addressof(source), len(data), 0)
    room = ctypes.create_string_buffer(max(size + 1, 1) if size is not None else 1 << 20)
    context, pieces, total, pending = lib.ZSTD_createDCtx(), [], 0, 1
    try:
        while given.pos < len(data) or pending:
            made = Stream(ctypes.addressof(room), len(room), 0)
            before = given.pos
            pending = lib.ZSTD_decompressStream(context, made, given)
            if lib.ZSTD_isError(pending):
                raise Bad("zstd: %s" % lib.ZSTD_getErrorName(pending).decode())
            if made.pos == 0 and given.pos == before and pending:
                raise Bad("zstd: the stream ends in the middle of a frame")
            pieces.append(ctypes.string_at(room, made.pos))
            total += made.pos
            if total > (BODY_LIMIT if size is None else size):
                raise Bad("zstd: more than %d bytes" % (BODY_LIMIT if size is None else size))
    finally:
        lib.ZSTD_freeDCtx(context)
    if size is not None and total != size:
        raise Bad("zstd: %d bytes, %d expected" % (total, size))
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def unlz4(block):
    """Length prefix and one raw LZ4 block."""
    size = INT.unpack_from(block)[0] & 0xFFFFFFFF
    out, at, end = bytearray(), 4, len(block)

    def extended(length, at):
        if length == 15:
            while block[at] == 255:
                length, at = length + 255, at + 1
            length, at = length + block[at], at + 1
        return length, at

    while at < end:
        token = block[at]
        literals, at = extended(token >> 4, at + 1)
        out += block[at:at + literals]
        at += literals
        if at >= end:
            break
        back = SHORT.unpack_from(block, at)[0]
        if not 0 < back <= len(out):
            raise Bad("lz4: a match points outside of what was decoded")
        length, at = extended(token & 15, at + 2)
        length += 4
        start = len(out) - back
        if back >= length:
            out += out[start:start + length]
        else:
            pattern = bytes(out[start:])
            out += (pattern * (length // back + 1))[:length]
    if len(out) != size:
        raise Bad("lz4: %d bytes, %d announced" % (len(out), size))
    return bytes(out)


def open_segment(blob, size=None):
    """Checks header, footer and CRC; gives (codec, record count, start offset, end offset, uncompressed body)."""
    if len(blob) < HEADER.size + FOOTER.size:
        raise Bad("%d bytes are too few for header and footer" % len(blob))
    magic, version, codec, reserved, count, start, end = HEADER.unpack_from(blob)
    if magic != b"KBAK":
        raise Bad("starts with %r instead of KBAK" % magic)
    if version != 1:
        raise Bad("version %d" % version)
    if codec not in CODECS:
        raise Bad("compression byte %d" % codec)
    if reserved:
        raise Bad("reserved bytes are %d" % reserved)
    crc, closing = FOOTER.unpack_from(blob, len(blob) - FOOTER.size)
    if closing != b"BKAE":
        raise Bad("ends with %r instead of BKAE" % closing)
    found = zlib.crc32(memoryview(blob)[:-FOOTER.size])
    if crc != found:
        raise Bad("CRC-32 is %08x, the footer says %08x" % (found, crc))
    stored = memoryview(blob)[HEADER.size:-FOOTER.size]
    try:
        body = bytes(stored) if codec == 0 else unzstd(stored, size) if codec == 1 else unlz4(stored)
    except (struct.error, IndexError) as error:
        raise Bad("body does not decompress: %s" % error) from None
    return CODECS[codec], count, start, end, body


def nullable(body, at):
    length, = INT.unpack_from(body, at)
    at += 4
    if length < 0:
        if length != -1:
            raise Bad("a length of %d" % length)
        return None, at
    return body[at:at + length], at + length


def parse(body):
    """Yields (offset, timestamp, key, value, [(name, value)]) with names as stored bytes; every byte must belong to a record."""
    at, size = 0, len(body)
    lead, short, integer = LEAD.unpack_from, SHORT.unpack_from, INT.unpack_from
    try:
        while at < size:
            length, timestamp, offset, n = lead(body, at)
            stop = at + 4 + length
            if stop > size:
                raise Bad("a record runs past the end of the body")
            at += 24
            if n >= 0:
                key = body[at:at + n]
                at += n
            else:
                key, at = nullable(body, at - 4)
            value, at = nullable(body, at)
            n_headers, = short(body, at)
            at += 2
            headers = []
            for _ in range(n_headers):
                n, = short(body, at)
                at += 2
                name = body[at:at + n]
                at += n
                n, = integer(body, at)
                at += 4
                if n >= 0:
                    headers.append((name, body[at:at + n]))
                    at += n
                elif n == -1:
                    headers.append((name, None))
                else:
                    raise Bad("a length of %d" % n)
            if at != stop:
                raise Bad("the record at offset %d has %d bytes, its fields take %d" % (offset, length, length - (stop - at)))
            yield offset, timestamp, key, value, headers
    except struct.error:
        raise Bad("a record runs past the end of the body") from None


def strip(offset, timestamp, headers, cluster=None):
    """Takes the headers that the backup appended off the end of `headers`; they must be there with the right values."""
    wanted = [(b"x-original-offset", LONG.pack(offset)), (b"x-original-timestamp", LONG.pack(timestamp))]
    if cluster is not None:
        wanted.append((b"x-source-cluster", cluster.encode()))
    if headers[-len(wanted):] != wanted:
        raise Bad("the record at offset %d ends with headers %r instead of %r" % (offset, headers[-len(wanted):], wanted))
    return headers[:-len(wanted)]
