"""What a backup of 1 GB costs, beside reading the same topic alone through the same client library."""
import ctypes
import glob
import os
import re
import resource
import shlex
import subprocess
import sys
import time

from common import Backup, listing, whole

PARTITIONS = 4
WANTED = {"wall": r"Elapsed .*\): (.*)", "user": r"User time \(seconds\): (.*)", "system": r"System time \(seconds\): (.*)",
          "rss": r"Maximum resident set size \(kbytes\): (.*)"}


def figure(args, report, kafka):
    """1,000,000 records of 1 KB on 4 partitions, zstd 3, one run."""
    topic, count = args.prefix + "json", max(1_000, int(1_000_000 * args.scale))
    kafka.load(topic, count, PARTITIONS, args.seed, shape="json1k", codec="zstd", create=True)
    alone(args, report, topic, count)
    folder = os.path.join(args.work, "figure")
    args.stores.empty(folder)
    backup = Backup(args.product, folder, "figure", args.bootstrap, [topic], stores=args.stores, compression_level=3)
    measured = os.path.join(folder, "time.txt")
    run = backup.run(wrap=["/usr/bin/time", "-v", "-o", measured], timeout=3600)
    report.check(run.code == 0, "the run ends with 0", run.err)
    with open(measured, encoding="utf-8") as file:
        text = file.read()
    found = {name: re.search(pattern, text).group(1) for name, pattern in WANTED.items()}
    seconds = sum(float(part) * 60 ** power for power, part in enumerate(reversed(found["wall"].split(":"))))
    report.note("backup: %.2f s wall, %s s user, %s s system, %.0f MiB peak RSS, %.0f records a second; store %.0f MiB in %d objects" % (
        seconds, found["user"], found["system"], int(found["rss"]) / 1024, count / seconds,
        sum(facts[1] for facts in listing(backup.store).values()) / 2**20, len(listing(backup.store))))
    whole(report, backup, kafka.digests([topic]), "figure")


def alone(args, report, topic, count):
    """Reads the topic in a process of its own through the librdkafka that lies beside the program."""
    beside = [os.path.dirname(os.path.abspath(part)) for part in shlex.split(args.product) if os.path.exists(part) and part.endswith((".dll", "kafka-backup"))]
    libraries = sorted(path for folder in beside for path in glob.glob(folder + "/**/linux-x64/**/*librdkafka.so", recursive=True))
    library = next((path for path in libraries if loads(path)), None)
    if library is None:
        report.note("no librdkafka.so that loads lies beside the program: the topic was not read alone")
        return
    done = subprocess.run([sys.executable, os.path.abspath(__file__), library, args.bootstrap, topic, str(PARTITIONS)], capture_output=True, text=True)
    report.check(done.returncode == 0 and int(done.stdout.split()[0]) == count, "all records were read alone, by librdkafka", done.stdout + done.stderr)
    report.note("reading alone: %s" % done.stdout.strip().partition(" ")[2])


def loads(path):
    try:
        return bool(ctypes.CDLL(path))
    except OSError:
        return False


class Message(ctypes.Structure):
    _fields_ = [("err", ctypes.c_int), ("rkt", ctypes.c_void_p), ("partition", ctypes.c_int32), ("payload", ctypes.c_void_p), ("len", ctypes.c_size_t),
                ("key", ctypes.c_void_p), ("key_len", ctypes.c_size_t), ("offset", ctypes.c_int64), ("private", ctypes.c_void_p)]


def read_alone(library, bootstrap, topic, partitions):
    """Prints number of records, and what reading them took."""
    lib, pointer, text = ctypes.CDLL(library), ctypes.c_void_p, ctypes.create_string_buffer(512)
    for name, result, arguments in (
            ("conf_new", pointer, []), ("conf_set", ctypes.c_int, [pointer, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]),
            ("new", pointer, [ctypes.c_int, pointer, ctypes.c_char_p, ctypes.c_size_t]), ("poll_set_consumer", ctypes.c_int, [pointer]),
            ("topic_partition_list_new", pointer, [ctypes.c_int]), ("topic_partition_list_add", pointer, [pointer, ctypes.c_char_p, ctypes.c_int32]),
            ("topic_partition_list_set_offset", ctypes.c_int, [pointer, ctypes.c_char_p, ctypes.c_int32, ctypes.c_int64]),
            ("assign", ctypes.c_int, [pointer, pointer]), ("queue_get_consumer", pointer, [pointer]),
            ("consume_batch_queue", ctypes.c_ssize_t, [pointer, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)), ctypes.c_size_t]),
            ("message_destroy", None, [pointer])):
        function = getattr(lib, "rd_kafka_" + name)
        function.restype, function.argtypes = result, arguments
    conf = lib.rd_kafka_conf_new()
    for name, value in (("bootstrap.servers", bootstrap), ("group.id", "alone"), ("enable.auto.commit", "false"), ("enable.partition.eof", "true"),
                        ("check.crcs", "true"), ("isolation.level", "read_committed")):
        if lib.rd_kafka_conf_set(conf, name.encode(), value.encode(), text, len(text)):
            raise SystemExit(text.value.decode())
    began = time.monotonic()
    consumer = lib.rd_kafka_new(1, conf, text, len(text))
    lib.rd_kafka_poll_set_consumer(consumer)
    listed = lib.rd_kafka_topic_partition_list_new(partitions)
    for number in range(partitions):
        lib.rd_kafka_topic_partition_list_add(listed, topic.encode(), number)
        lib.rd_kafka_topic_partition_list_set_offset(listed, topic.encode(), number, 0)
    lib.rd_kafka_assign(consumer, listed)
    queue, batch, count, size, ended = lib.rd_kafka_queue_get_consumer(consumer), (ctypes.POINTER(Message) * 5000)(), 0, 0, set()
    while len(ended) < partitions:
        for at in range(lib.rd_kafka_consume_batch_queue(queue, 200, batch, len(batch))):
            message = batch[at].contents
            if message.err == -191:
                ended.add(message.partition)
            elif message.err:
                raise SystemExit("error %d" % message.err)
            else:
                count, size = count + 1, size + message.len
            lib.rd_kafka_message_destroy(batch[at])
    wall, used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    print(count, "%.2f s wall, %.2f s user, %.2f s system, %.0f MiB peak RSS, %.0f MB of values (counting in Python is part of it)" % (
        wall, used.ru_utime, used.ru_stime, used.ru_maxrss / 1024, size / 1e6))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    read_alone(*sys.argv[1:4], int(sys.argv[4]))
