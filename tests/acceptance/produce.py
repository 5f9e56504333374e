"""Writes records with chosen keys and times, by Kafka's protocol itself: Kafka's own tools give records the time at which they are written."""
import socket
import struct
import time

PRODUCE, VERSION, ELSEWHERE = 0, 3, (3, 6)  # Not known there, and led by another broker.


def table():
    """CRC-32C of each byte: Python knows the other CRC-32 only."""
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
        yield number


TABLE = list(table())


def crc(data):
    state = 0xFFFFFFFF
    for byte in data:
        state = TABLE[(state ^ byte) & 255] ^ state >> 8
    return state ^ 0xFFFFFFFF


def varint(number):
    number, out = (number << 1) ^ (number >> 63), bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def part(data):
    return varint(-1) if data is None else varint(len(data)) + data


def batch(records):
    """One batch of (time, key, value), without compression."""
    first, body = records[0][0], b""
    for number, (time, key, value) in enumerate(records):
        record = b"\0" + varint(time - first) + varint(number) + part(key) + part(value) + varint(0)
        body += varint(len(record)) + record
    sealed = struct.pack(">hiqqqhii", 0, len(records) - 1, first, max(time for time, _, _ in records), -1, -1, -1, len(records)) + body
    return struct.pack(">qiibI", 0, len(sealed) + 9, 0, 2, crc(sealed)) + sealed


def text(word):
    return struct.pack(">h", len(word)) + word.encode()


def write(bootstrap, topic, partition, records, at_once=100):
    """Appends (time in ms, key, value) one after the other, `at_once` to a batch."""
    for attempt in range(100):
        if any(written(address, topic, partition, records, at_once) for address in bootstrap.split(",")):
            return
        time.sleep(.1)  # The topic may be new.
    raise SystemExit("no broker of %s leads %s:%d" % (bootstrap, topic, partition))


def written(address, topic, partition, records, at_once):
    """Whether the broker leads the partition, and has taken the records."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), 30) as connection, connection.makefile("rb") as answers:
        for at in range(0, len(records), at_once):
            data = batch(records[at:at + at_once])
            request = struct.pack(">hhi", PRODUCE, VERSION, at) + text("acceptance") + struct.pack(">hhii", -1, -1, 30_000, 1) + text(topic)
            request += struct.pack(">iii", 1, partition, len(data)) + data
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = answers.read(struct.unpack(">i", answers.read(4))[0])
            error = struct.unpack_from(">h", answer, 4 + 4 + 2 + len(topic) + 4 + 4)[0]
            if error in ELSEWHERE and at == 0:
                return False
            if error:
                raise SystemExit("%s:%d does not take records: error %d" % (topic, partition, error))
    return True
