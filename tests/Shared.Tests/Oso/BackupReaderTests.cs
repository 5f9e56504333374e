using System.Text;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared.Tests.Ledger;
using KafkaBackup.Shared.Tests.Validation;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;
using static KafkaBackup.Shared.Tests.Oso.RandomBackups;

namespace KafkaBackup.Shared.Tests.Oso;

/// <summary>What is read a topic at a time is what would be read whole, and so is what is told where it cannot be read.</summary>
public sealed partial class BackupReaderTests
{
    private static readonly string ManifestKey = BackupKeys.Manifest(Backup);

    private readonly LedgerSamples _samples = new();

    [Fact]
    public async Task Ledger_and_manifest_show_the_same_as_when_both_are_read_whole()
    {
        for (var seed = 0; seed < 80; seed++)
        {
            var random = new Random(seed);
            var samples = new LedgerSamples();
            var ends = await FillAsync(samples, random);
            var manifest = await PutManifestAsync(samples, random, ends);
            var expected = Whole((await samples.ReadAsync())!, manifest);

            Assert.Equal(Text(expected), await WrittenAsync(samples.Objects, null));
            Assert.Equal(Text(expected), Text(await new BackupReader(samples.Objects).ReadAsync(Backup.Value, CancellationToken.None)));
            Assert.Equal(
                Text(expected with { Topics = [.. expected.Topics.Where(topic => topic.Name == "b")] }),
                Text(await new BackupReader(samples.Objects).ReadAsync(Backup.Value, topic => topic.Name == "b" ? topic : null, CancellationToken.None)));
            foreach (var topic in expected.Topics)
            {
                Assert.Equal(Text(expected with { Topics = [topic] }), await WrittenAsync(samples.Objects, new HashSet<string> { topic.Name }));
            }
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public async Task A_manifest_that_breaks_off_on_the_way_is_asked_for_again_and_never_read_whole(int breaks, bool isRead)
    {
        await _samples.PutAsync(ManifestKey, Golden.Bytes(Golden.Samples.First(), "manifest.json"));
        var store = new NetworkStore(_samples.Objects) { ToBreak = breaks };

        var read = new BackupReader(store).ReadAsync(Backup.Value, CancellationToken.None);

        if (isRead)
        {
            Assert.NotEmpty((await read).Topics);
        }
        else
        {
            Assert.True((await Assert.ThrowsAsync<StorageException>(() => read)).IsRetryable);
        }

        Assert.DoesNotContain(ManifestKey, store.ReadWhole);
    }

    [Fact]
    public async Task A_store_that_was_given_up_is_not_waited_for_once_more()
    {
        var store = new NetworkStore(new FaultyObjectStore(_samples.Objects) { Decide = _ => StoreFault.FailBefore(retryable: true) });
        var patience = new StorePatience(new LeapingClock { LeapsAtOnce = TimeSpan.FromSeconds(10) });

        await Assert.ThrowsAsync<StorageException>(() => new BackupReader(new RetryingObjectStore(store, patience, new Random(1))).ReadAsync(Backup.Value, CancellationToken.None));

        Assert.Empty(store.ReadWhole);
    }

    [Fact]
    public async Task Backups_of_another_program_keep_the_order_of_their_topics()
    {
        foreach (var sample in Golden.Samples)
        {
            var bytes = Golden.Bytes(sample, "manifest.json");
            await _samples.PutAsync(ManifestKey, bytes);

            Assert.Equal(Text(ManifestJson.Read(bytes, "m")), await WrittenAsync(_samples.Objects, null));
        }
    }

    [Theory]
    [InlineData("""{"created_at":1,"topics":[{"name":"b","partitions":[]},{"name":"a","partitions":[]}],"backup_id":"b"}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[{"name":"z","partitions":[]},{"name":"a","partitions":[]},{"name":"z","partitions":[],"x":1}],"compression":"lz4","y":[2]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[{"name":"a","partitions":[]},{"x":3,"name":"a","original_partition_count":4,"partitions":[]}],"source_brokers":["k:1"]}  """)]
    [InlineData("""{"backup_id":"b","topics":[],"created_at":7}""")]
    public async Task Manifests_in_any_order_are_read(string manifest)
    {
        foreach (var hasLedger in new[] { false, true })
        {
            if (hasLedger)
            {
                await _samples.InOfficeAsync("w", Entry(0, 10), Entry(0, 5, partition: new PartitionId("a", 1)));
            }

            await _samples.PutAsync(ManifestKey, Encoding.UTF8.GetBytes(manifest));
            var read = ManifestJson.Read(Encoding.UTF8.GetBytes(manifest), "m");
            var expected = hasLedger ? Whole((await _samples.ReadAsync())!, read) : read;

            Assert.Equal(Text(expected), await WrittenAsync(_samples.Objects, null));
            foreach (var name in expected.Topics.Select(topic => topic.Name).Distinct())
            {
                Assert.Equal(Text(expected with { Topics = [.. expected.Topics.Where(topic => topic.Name == name)] }), await WrittenAsync(_samples.Objects, new HashSet<string> { name }));
            }
        }
    }

    [Fact]
    public async Task No_more_of_the_manifest_than_its_first_topics_is_read_before_the_first_is_given_out()
    {
        await HeadOfPartsAsync();
        var topics = Enumerable.Range(0, 50).Select(number => new ManifestTopic
        {
            Name = $"topic-{number:D2}",
            Partitions = [new ManifestPartition { PartitionId = 0, Segments = [.. Enumerable.Range(0, 200).Select(at => Foreign($"topic-{number:D2}", at * 10))] }],
        });
        var bytes = ManifestJson.Write(new BackupManifest { BackupId = "b", CreatedAt = 1, Compression = "zstd", Topics = [.. topics] });
        await _samples.PutAsync(ManifestKey, bytes);
        var store = new CountingStore(_samples.Objects);

        var count = await new BackupReader(store).ReadAsync(Backup.Value, topics: null, async contents =>
        {
            var names = new List<string>();
            await foreach (var topic in contents.TopicsAsync(CancellationToken.None))
            {
                names.Add(topic.Manifest.Name);
                if (topic.Manifest.Name == "topic-10")
                {
                    Assert.InRange(store.Opened!.Position, 1, bytes.Length / 2);
                }
            }

            return names.Count;
        }, CancellationToken.None);

        Assert.Equal(51, count); // And that of the ledger.
        Assert.Equal(bytes.Length, store.Opened!.Position);
    }

    [Fact]
    public async Task Parts_that_have_nothing_of_the_topics_that_are_wanted_are_not_read()
    {
        var writer = await _samples.LoadedAsync("w", maxTailBytes: 1);
        await writer.ClaimAsync(CancellationToken.None);
        foreach (var topic in new[] { "a", "b", "c" })
        {
            await writer.CommitAsync([Entry(0, 10, partition: new PartitionId(topic, 0))], CancellationToken.None);
        }

        await new ManifestPublisher(_samples.Objects).RenderAsync(writer, new ManifestPublisher.SourceLabels([], "zstd"), CancellationToken.None);
        var store = new FaultyObjectStore(_samples.Objects);

        await WrittenAsync(store, new HashSet<string> { "b" });

        Assert.Equal(
            writer.Ledger.Head.Parts.Where(part => part.FirstTopic == "b").Select(part => part.Key),
            store.Calls.Where(call => call.Key.Contains("/parts/", StringComparison.Ordinal)).Select(call => call.Key));
    }

    [Fact]
    public async Task A_topic_that_is_not_there_is_named()
    {
        await _samples.InOfficeAsync("w", Entry(0, 10));

        var failure = await Assert.ThrowsAsync<BackupException>(() => WrittenAsync(_samples.Objects, new HashSet<string> { "t", "nowhere" }));

        Assert.StartsWith("Backup 'b' has no topic 'nowhere'.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Configuration, failure.Kind);
    }

    private static async Task<Dictionary<PartitionId, long>> FillAsync(LedgerSamples samples, Random random)
    {
        var writer = await samples.LoadedAsync("w", maxTailBytes: 2_000, maxParts: 3);
        await writer.ClaimAsync(CancellationToken.None);
        await writer.RecordSourceAsync(random.Next(2) == 0 ? null : "cluster", [.. Topics(random).Select(name => new TopicFacts(name, random.Next(1, 4)))], CancellationToken.None);
        var ends = new Dictionary<PartitionId, long>();
        for (var commit = random.Next(12); commit > 0; commit--)
        {
            await writer.CommitAsync([.. Topics(random).Select(name => NextEntry(new PartitionId(name, random.Next(3)), ends, random))], CancellationToken.None);
            await writer.CompactAsync(CancellationToken.None);
        }

        return ends;
    }

    /// <summary>None, another program's, or that of the ledger with segments pruned.</summary>
    private static async Task<BackupManifest?> PutManifestAsync(LedgerSamples samples, Random random, Dictionary<PartitionId, long> ends)
    {
        var manifest = random.Next(4) switch
        {
            0 => null,
            1 => Foreign(random, ends),
            2 => Foreign(random, ends) with { Compression = "" },
            _ => Pruned(Whole((await samples.ReadAsync())!, null), random),
        };
        if (manifest is not null)
        {
            await samples.PutAsync(ManifestKey, ManifestJson.Write(manifest));
        }

        return manifest;
    }

    private static BackupManifest Pruned(BackupManifest manifest, Random random) => manifest with
    {
        Topics = [.. manifest.Topics.Select(topic => topic with
        {
            Partitions = [.. topic.Partitions.Select(partition => partition.Segments.Count > 0 && random.Next(2) == 0 ? partition with
            {
                Segments = [.. partition.Segments.Skip(1)],
                Pruned = [new ManifestPruned { StartOffset = partition.Segments[0].StartOffset, EndOffset = partition.Segments[0].EndOffset, Segments = 1, Bytes = 20, PrunedAt = 4, CutoffTimestamp = 3, Reason = "retention" }],
            } : partition)],
        })],
    };

    /// <summary>What a backup shows, made from all of it at once.</summary>
    private static BackupManifest Whole(LedgerSnapshot ledger, BackupManifest? manifest)
    {
        var pruned = PrunedRanges.Supersede(manifest?.Topics ?? [], partition => ledger.Partitions.GetValueOrDefault(partition)?.Entries ?? []).ToDictionary(entry => (entry.Partition, entry.Range));
        var first = ledger.Entries.FirstOrDefault(entry => entry.Segment is not null)?.Segment;
        return ManifestView.Render(
            Backup, ledger.Head.CreatedAt, ledger.Head.SourceClusterId, [], (first is null ? new BackupSection().Compression : CompressionCodecNames.OfKey(first.Key)).Name(), ledger.Topics,
            ledger.Entries.Select(entry => pruned.GetValueOrDefault((entry.Partition, entry.Range), entry)), manifest);
    }

    private static string Text(BackupManifest manifest) => Encoding.UTF8.GetString(ManifestJson.Write(manifest));

    private static Task<string> WrittenAsync(IObjectStore store, IReadOnlySet<string>? topics) => new BackupReader(store).ReadAsync(Backup.Value, topics, async contents =>
    {
        using var target = new MemoryStream();
        await ManifestWriter.WriteAsync(contents, target, CancellationToken.None);
        return Encoding.UTF8.GetString(target.ToArray());
    }, CancellationToken.None);

    /// <summary>Knows the stream that was opened last.</summary>
    private sealed class CountingStore(IObjectStore inner) : IObjectStore
    {
        public Stream? Opened { get; private set; }

        public string Name => inner.Name;

        public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) =>
            key == ManifestKey ? throw new InvalidOperationException("It is read whole.") : inner.GetAsync(key, cancellation);

        public async Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) => Opened = new KeptStream(((await inner.GetAsync(key, cancellation))!).Content.ToArray());

        public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => inner.HeadAsync(key, cancellation);

        public Task<ETag> PutAsync(string key, System.Buffers.ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation) => throw new NotSupportedException();

        public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

        public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) => inner.ListFoldersAsync(prefix, cancellation);

        public Task DeleteAsync(string key, CancellationToken cancellation) => throw new NotSupportedException();

        private sealed class KeptStream(byte[] bytes) : MemoryStream(bytes)
        {
            public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
