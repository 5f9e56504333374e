"""A network namespace for each node, on one bridge: so that a node can be cut from others, or from one service, and its uploads limited.

Services listen on loopback addresses of the machine. A namespace has none of its own, and routes 127.0.0.0/8 to the machine; a service with
an address to itself (127.0.2.1) can then be cut off by a route. Needs root, `ip` and, for limits, `tc`."""
import asyncio
import subprocess
import threading

BRIDGE = "kb0"
NET = "10.77.0."


def ip(*words, inside=None):
    prefix = ["ip", "netns", "exec", inside] if inside else []
    subprocess.run([*prefix, *words], check=True, capture_output=True)


class Network:
    def __init__(self, count):
        self.count = count
        self.remove()
        ip("ip", "link", "add", BRIDGE, "type", "bridge")
        ip("ip", "address", "add", NET + "1/24", "dev", BRIDGE)
        ip("ip", "link", "set", BRIDGE, "up")
        ip("sysctl", "-w", *("net.ipv4.conf.%s.%s" % item for item in ((BRIDGE, "route_localnet=1"), ("all", "rp_filter=0"), (BRIDGE, "rp_filter=0"))))
        for number in range(count):
            self._add(number)

    def _add(self, number):
        name = self.name(number)
        ip("ip", "netns", "add", name)
        ip("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("ip", "link", "set", name, "master", BRIDGE, "up")
        ip("ip", "address", "add", self.address(number) + "/24", "dev", "eth0", inside=name)
        for device in ("eth0", "lo"):
            ip("ip", "link", "set", device, "up", inside=name)
        ip("sysctl", "-w", *("net.ipv4.conf.%s.%s" % (device, setting) for device in ("all", "eth0") for setting in ("route_localnet=1", "rp_filter=0")), inside=name)
        ip("ip", "address", "delete", "127.0.0.1/8", "dev", "lo", inside=name)
        ip("ip", "route", "add", "127.0.0.0/8", "via", NET + "1", "src", self.address(number), inside=name)

    @staticmethod
    def name(number):
        return "kb-node-%d" % number

    @staticmethod
    def address(number):
        return NET + str(10 + number)

    def wrap(self, number):
        """What a command line begins with to run in a node's namespace."""
        return ["ip", "netns", "exec", self.name(number)]

    def cut(self, number, *addresses):
        """Nothing goes from a node to these addresses any more, which ends what comes from there as well. Undone by what it gives."""
        for address in addresses:
            ip("ip", "route", "add", "blackhole", address + "/32", inside=self.name(number))
        return lambda: [ip("ip", "route", "delete", "blackhole", address + "/32", inside=self.name(number)) for address in addresses]

    def limit(self, number, bytes_a_second):
        """Holds down what a node sends."""
        ip("tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", "%dbit" % (8 * bytes_a_second), "burst", "256kb", "latency", "50ms", inside=self.name(number))

    def remove(self):
        for number in range(max(self.count, 8)):
            subprocess.run(["ip", "link", "delete", self.name(number)], capture_output=True)  # The namespace takes its end along only after a while.
            subprocess.run(["ip", "netns", "delete", self.name(number)], capture_output=True)
        subprocess.run(["ip", "link", "delete", BRIDGE], capture_output=True)


class Forward(threading.Thread):
    """Gives a service of this machine another address."""

    def __init__(self, host, port):
        super().__init__(daemon=True)
        self.host, self.port, self.loop = host, port, asyncio.new_event_loop()
        self.start()

    def run(self):
        self.loop.run_until_complete(asyncio.start_server(self._serve, self.host, self.port))
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.gather(self._copy(reader, far_writer), self._copy(far_reader, writer))
        except OSError:
            writer.close()

    @staticmethod
    async def _copy(reader, writer):
        try:
            while data := await reader.read(1 << 18):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # The other direction meets the same.
        finally:
            writer.close()
