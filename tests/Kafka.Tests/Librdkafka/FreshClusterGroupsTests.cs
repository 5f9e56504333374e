using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>A cluster that never had a consumer group, as the target of a restore often is.</summary>
[Collection(OwnBrokers.Name)]
public sealed class FreshClusterGroupsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fresh-cluster-");
    private KafkaScripts? _scripts;

    private string Data => Path.Combine(_folder.FullName, "kafka");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_scripts is not null)
        {
            await _scripts.RunAsync("down", "--fast", "--purge", Data);
        }

        _folder.Delete(recursive: true);
    }

    [SkippableFact]
    public async Task Groups_are_asked_for_and_set_while_it_makes_its_topic_for_them()
    {
        _scripts = KafkaScripts.FindOrSkip();
        var address = KafkaScripts.Told(await _scripts.RunAsync("up", "--heap", "256m", "--dir", Data), "KAFKA_BOOTSTRAP_SERVERS");
        var partition = new PartitionId("restored", 0);
        using var maker = new KafkaTopicMaker(TestClients.For(address));
        await maker.CreateAsync(new NewTopic(partition.Topic, 1, 1, new Dictionary<string, string>()), CancellationToken.None);
        using var writer = new KafkaGroupWriter(TestClients.For(address), TimeProvider.System);
        var groups = Enumerable.Range(0, 20).Select(number => $"group-{number}").ToList(); // Of several coordinators, which are loaded one after the other.

        Assert.Empty(await writer.FindActiveAsync(groups, CancellationToken.None));
        await Task.WhenAll(groups.Select(group => writer.SetAsync(group, new Dictionary<PartitionId, CommittedOffset> { [partition] = new(3) }, () => Assert.Fail("Nobody is in it."), CancellationToken.None)));

        using var catalog = new KafkaTopicCatalog(TestClients.For(address));
        Assert.All(await catalog.GetGroupOffsetsAsync(groups, CancellationToken.None), group => Assert.Equal(3, group.Offsets[partition].Offset));
    }
}
