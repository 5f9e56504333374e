using System.Buffers;
using System.Text;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared.Tests.Ledger;
using KafkaBackup.Testing;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;
using static KafkaBackup.Shared.Tests.Oso.RandomBackups;

namespace KafkaBackup.Shared.Tests.Oso;

/// <summary>A manifest that is written a topic at a time is the one that would be written whole, byte for byte.</summary>
public sealed class ManifestRendererTests
{
    private static readonly ManifestPublisher.SourceLabels Labels = new(["broker:9092"], "zstd");

    [Fact]
    public async Task It_is_the_same_as_one_that_is_made_in_memory()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var samples = new LedgerSamples();
            var writer = await samples.LoadedAsync("w", maxTailBytes: 2_000, maxParts: 3);
            await writer.RecordSourceAsync("cluster", [.. Topics(random).Select(name => new TopicFacts(name, random.Next(1, 4)))], CancellationToken.None);
            var ends = new Dictionary<PartitionId, long>();
            for (var commit = random.Next(12); commit > 0; commit--)
            {
                await writer.CommitAsync([.. Topics(random).Select(name => NextEntry(new PartitionId(name, random.Next(3)), ends, random))], CancellationToken.None);
                await writer.CompactAsync(CancellationToken.None);
            }

            var existing = random.Next(4) == 0 ? null : Foreign(random, ends);
            var expected = ManifestJson.Write(ManifestView.Render(
                Backup, writer.Ledger.Head.CreatedAt, "cluster", Labels.Brokers, Labels.Compression, writer.Ledger.Topics,
                (await writer.ReadWholeAsync(CancellationToken.None)).Entries, existing));

            foreach (var isStreamed in new[] { false, true })
            {
                await using IManifestSource? source = existing is null ? null
                    : isStreamed ? await ManifestStream.OpenAsync(new TricklingStream(ManifestJson.Write(existing), random), "m", topics: null, CancellationToken.None)
                    : new ManifestInMemory(existing);
                Assert.Equal(Encoding.UTF8.GetString(expected), await RenderedAsync(samples, writer, source));
            }
        }
    }

    [Fact]
    public async Task Manifests_of_another_program_are_read_to_the_same_topics_and_fields()
    {
        foreach (var sample in Golden.Samples)
        {
            var bytes = Golden.Bytes(sample, "manifest.json");
            var whole = ManifestJson.Read(bytes, "m");
            await using var stream = await ManifestStream.OpenAsync(new TricklingStream(bytes, new Random(1)), "m", topics: null, CancellationToken.None);
            var topics = new List<ManifestTopic>();
            try
            {
                while (await stream.NextAsync(CancellationToken.None) is { } topic)
                {
                    topics.Add(topic);
                }
            }
            catch (InvalidDataException)
            {
                continue; // In another order: read whole.
            }

            Assert.Equal(ManifestJson.Write(whole), ManifestJson.Write(stream.Root with { Topics = topics }));
        }
    }

    [Fact]
    public async Task One_that_is_cut_off_anywhere_is_refused()
    {
        var bytes = ManifestJson.Write(Foreign(new Random(4), new Dictionary<PartitionId, long>()));
        for (var length = 0; length < bytes.Length; length++)
        {
            var failure = await Record.ExceptionAsync(async () =>
            {
                await using var stream = await ManifestStream.OpenAsync(new MemoryStream(bytes[..length]), "m", topics: null, CancellationToken.None);
                while (await stream.NextAsync(CancellationToken.None) is not null)
                {
                }
            });

            Assert.Contains("The manifest 'm' cannot be read", Assert.IsType<StorageException>(failure).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[{"name":"b","partitions":[]},{"name":"a","partitions":[]}]}""")]
    [InlineData("""{"backup_id":"b","created_at":1,"topics":[{"name":"a","partitions":[]},{"name":"a","partitions":[]}]}""")]
    public async Task Topics_in_another_order_are_read_whole(string manifest)
    {
        var samples = new LedgerSamples();
        var writer = await samples.InOfficeAsync("w", Entry(0, 10));
        var store = samples.Objects;
        var tag = await store.PutAsync(BackupKeys.Manifest(Backup), new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(manifest)), PutCondition.Overwrite, CancellationToken.None);
        await samples.PutAsync(BackupKeys.Head(Backup), HeadCodec.Write(writer.Ledger.Head with { Rendered = new RenderMark(0, 0, tag.Value) }));
        var next = await samples.LoadedAsync("next");

        await new ManifestPublisher(store).RenderAsync(next, Labels, CancellationToken.None);

        var shown = ManifestJson.Read((await samples.BytesAsync(BackupKeys.Manifest(Backup))), "m");
        Assert.Equal(manifest.Contains("\"b\",\"partitions", StringComparison.Ordinal) ? ["a", "b", "t"] : ["a", "t"], shown.Topics.Select(topic => topic.Name));
    }

    private static async Task<string> RenderedAsync(LedgerSamples samples, LedgerWriter writer, IManifestSource? existing)
    {
        using var target = new MemoryStream();
        var unshown = new UnshownSegments(samples.Objects, writer);
        await new ManifestRenderer(writer, Labels, unshown).RenderAsync(existing, target, CancellationToken.None);
        return Encoding.UTF8.GetString(target.ToArray());
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class TricklingStream(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, 50))], cancellationToken);
    }
}
