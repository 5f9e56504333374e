using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net;
using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KafkaBackup.EmbeddedKafka.Tests;

/// <summary>What settings of the configuration do to the connections and requests of a reader.</summary>
public sealed class ClientSettingsTests : BrokerFixture
{
    private static readonly PartitionId Partition = new("orders", 0);
    private readonly ConcurrentQueue<FetchRequest> _fetches;

    public ClientSettingsTests()
        : this([])
    {
    }

    private ClientSettingsTests(ConcurrentQueue<FetchRequest> fetches)
        : base(new EmbeddedBrokerOptions { Witness = request => Note(request, fetches) }) => _fetches = fetches;

    [Theory]
    [InlineData("", 4_194_304)]
    [InlineData("  fetch_max_bytes: 1048576", 1_048_576)]
    public async Task Fetch_max_bytes_is_what_a_fetch_asks_for_once_it_is_seen_to_what_records_unpack(string setting, int expected)
    {
        await ReadAsync("", setting, _ => { }, records: 300); // More is left after the first MiB than came with it: then it is worth another client, however busy the machine.

        Assert.Equal(expected, _fetches.Max(fetch => fetch.MaxBytes));
        Assert.Equal(expected, _fetches.SelectMany(fetch => fetch.Topics).SelectMany(topic => topic.Partitions).Max(partition => partition.MaxBytes));
    }

    [SkippableTheory]
    [InlineData("{}", true, true)]
    [InlineData("{tcp_keepalive: false}", false, true)]
    [InlineData("{tcp_nodelay: false}", true, false)]
    public async Task Sockets_are_set_as_connection_says(string connection, bool keepsAlive, bool isWithoutDelay)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Looks for the client's sockets in /proc/self/fd.");
        var seen = new List<(bool, bool)>();

        await ReadAsync($"  connection: {connection}", "", others => seen.AddRange(ClientSockets().Where(socket => !others.Contains(socket.Port)).Select(socket => (socket.KeepsAlive, socket.IsWithoutDelay))));

        Assert.NotEmpty(seen);
        Assert.All(seen, socket => Assert.Equal((keepsAlive, isWithoutDelay), socket));
    }

    private async Task ReadAsync(string source, string backup, Action<IReadOnlySet<int>> whileConnected, int records = 1)
    {
        await CreateTopicAsync(Partition.Topic);
        using (var producer = Producer())
        {
            for (var i = 0; i < records; i++)
            {
                await producer.ProduceAsync(Partition.Topic, new Message<byte[]?, byte[]?> { Value = new byte[20_000] }); // A batch each.
            }
        }

        var configuration = ConfigurationLoader.Parse(
            $"""
            mode: backup
            backup_id: settings
            source:
              bootstrap_servers: ["{Broker.BootstrapServers}"]
              topics:
                include: ["*"]
            {source}
            storage:
              backend: filesystem
              path: /nowhere
            backup:
              compression: none
            {backup}
            """, "settings.yaml", _ => null);
        using var reader = new KafkaRecordSource(new KafkaClients(configuration, NullLogger<KafkaClients>.Instance));
        var others = ClientSockets().Select(socket => socket.Port).ToHashSet();
        await using var stream = reader.Open(Partition, new OffsetRange(0, records));
        Assert.NotNull(await stream.ReadAsync(CancellationToken.None));
        whileConnected(others);
        while (await stream.ReadAsync(CancellationToken.None) is not null)
        {
        }
    }

    private static void Note(IWireStruct request, ConcurrentQueue<FetchRequest> fetches)
    {
        if (request is FetchRequest fetch)
        {
            fetches.Enqueue(fetch);
        }
    }

    /// <summary>Of each socket of this process that leads to the broker: its own port, whether it is kept alive, and sends at once.</summary>
    private List<(int Port, bool KeepsAlive, bool IsWithoutDelay)> ClientSockets()
    {
        var found = new List<(int, bool, bool)>();
        var descriptors = OperatingSystem.IsLinux() ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(path => int.Parse(Path.GetFileName(path))) : [];
        foreach (var socket in descriptors.ToList().Select(Open).OfType<Socket>())
        {
            if (socket.RemoteEndPoint is IPEndPoint far && far.Port == Broker.Port && socket.LocalEndPoint is IPEndPoint near)
            {
                found.Add((near.Port, IsSet(socket, SocketOptionLevel.Socket, SocketOptionName.KeepAlive), IsSet(socket, SocketOptionLevel.Tcp, SocketOptionName.NoDelay)));
            }
        }

        return found;
    }

    private static bool IsSet(Socket socket, SocketOptionLevel level, SocketOptionName name) => (int)socket.GetSocketOption(level, name)! != 0;

    /// <summary>The socket of a descriptor that belongs to somebody else; null for what is no connected socket.</summary>
    private static Socket? Open(int descriptor)
    {
        try
        {
            var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
            return socket.Connected ? socket : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
