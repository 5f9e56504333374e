"""What stands between a restore and its target: connections that break, and a quota. Nothing comes twice, nothing is missing.

For `resets` the broker has a listener more, whose advertised address is that of the proxy; so clients that begin at the proxy stay behind it, and Kafka's own tools go past it.
"""
import json
import os
import random
import time
import urllib.request

from restore_retention import script, text, until
from restoring import backed_up, fill, restored, same, start

RATE = 200_000
CLIENTS = ("--alter", "--entity-type", "clients", "--entity-default")


def resets(args, report, kafka):
    """Acknowledgements are lost and connections reset, again and again, by the proxy that the broker's own clients go through."""
    address, proxy = os.environ["KAFKA_PROXIED_SERVERS"], Proxy(os.environ["TOXIPROXY_URL"], os.environ["KAFKA_PROXIED_SERVERS"])
    chooser = random.Random(args.seed)
    names, committed = fill(args, kafka, 1_200_000, 4)
    backup = backed_up(args, report, kafka, names)
    kafka.made += names.values()
    codes, broken = [], []
    while not codes or codes[-1] != 0 and len(codes) < 10:
        process = start(backup, names, bootstrap=address)
        until(lambda: "Restoring" in text(process.names[1]) or process.poll() is not None, "the restore begins")
        while process.poll() is None:
            time.sleep(chooser.uniform(.2, 2))
            broken.append(proxy.reset(process))
        run = backup.end(process)
        codes.append(run.code)
    moments = sum(map(bool, broken))
    if report.check(codes[-1] == 0 and moments >= 5, "%s records are restored in %.1f s, while %d connections are reset, at %d moments; exit codes %s" % (
            format(committed, ","), run.seconds, sum(broken), moments, codes), run.err):
        same(report, kafka, names, "resets")


def quota(args, report, kafka):
    """The target takes 200 KB a second from each client, and throttles it."""
    names, committed = fill(args, kafka, 100_000, 4)
    backup = backed_up(args, report, kafka, names)
    kafka.made += names.values()
    script(kafka, "kafka-configs.sh", *CLIENTS, "--add-config", "producer_byte_rate=%d" % RATE)
    try:
        run = restored(backup, names)
    finally:
        script(kafka, "kafka-configs.sh", *CLIENTS, "--delete-config", "producer_byte_rate")
    held = stored(kafka, names.values())
    report.check(run.code == 0, "%s records, %s bytes as they are stored, are restored in %.1f s, with %s" % (format(committed, ","), format(held, ","), run.seconds, run.code), run.err)
    report.check(run.seconds > held / RATE * .8, "the quota holds: %.0f bytes a second" % (held / run.seconds))
    same(report, kafka, names, "quota")


def stored(kafka, topics):
    """Bytes that the broker has of them."""
    lines = script(kafka, "kafka-log-dirs.sh", "--describe", "--topic-list", ",".join(topics)).splitlines()
    found = json.loads(next(line for line in lines if line.startswith("{")))
    return sum(partition["size"] for broker in found["brokers"] for folder in broker["logDirs"] for partition in folder["partitions"])


class Proxy:
    """A toxiproxy's proxy, by the address at which it listens."""

    def __init__(self, api, listen):
        self.api, self.port = api, int(listen.rsplit(":", 1)[1])
        self.name = next(name for name, proxy in self._ask("GET", "/proxies").items() if proxy["listen"] == listen)

    def reset(self, process):
        """Loses what the broker answers next, and resets those connections; gives how many, one at least unless the process has ended before."""
        until(lambda: self.connections() or process.poll() is not None, "there is a connection")
        before = self.connections()
        self._ask("POST", "/proxies/%s/toxics" % self.name, {"name": "reset", "type": "reset_peer", "stream": "downstream", "attributes": {"timeout": 0}})
        try:
            until(lambda: before - self.connections() or process.poll() is not None, "a connection is reset")
            return 0 if process.poll() is not None else len(before - self.connections())
        finally:
            self._ask("DELETE", "/proxies/%s/toxics/reset" % self.name)

    def connections(self):
        """The ports here of the connections to it that are open."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            lines = [line.split() for line in table][1:]
        return {line[1] for line in lines if line[2].endswith(":%04X" % self.port) and line[3] == "01"}

    def _ask(self, method, path, body=None):
        request = urllib.request.Request(self.api + path, None if body is None else json.dumps(body).encode(), {"User-Agent": "acceptance"}, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            content = answer.read()
        return json.loads(content) if content else None
