using System.Net;
using System.Net.Sockets;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Sources and stores that a configuration names and that cannot be used.</summary>
public sealed class UnusableSourceTests : BrokerTest
{
    private const int Source = 4;
    private const int Storage = 5;

    [Fact]
    public async Task A_broker_that_nobody_answers_for_is_named()
    {
        using var backup = new TestBackup($"127.0.0.1:{ClosedPort()}", "nightly", ["orders"]);

        var run = await backup.RunAsync();

        run.AssertExit(Source).AssertOneFailure(backup.Config.Broker).AssertSays("Check source.bootstrap_servers");
        Assert.Empty(StoreSnapshot.Of(backup.Store).Files);
    }

    [Fact]
    public async Task A_topic_that_is_named_and_missing_is_an_error()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(10));
        var backup = NewBackup(partition.Topic, Name("missing"));

        var run = await backup.RunAsync();

        run.AssertExit(Source).AssertOneFailure($"'{Name("missing")}'");
        Assert.Empty(StoreSnapshot.Of(backup.Store).Files);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/below")]
    public async Task A_store_that_can_be_no_directory_is_named(string path)
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(10));
        var backup = NewBackup(partition.Topic);
        var file = Path.Combine(backup.Root, "file");
        File.WriteAllText(file, "not a directory");
        backup.Config = backup.Config with { StorePath = Path.Combine(backup.Root, path) };

        var run = await backup.RunAsync();

        run.AssertExit(Storage).AssertOneFailure(file);
        Assert.Equal("not a directory", File.ReadAllText(file));
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
