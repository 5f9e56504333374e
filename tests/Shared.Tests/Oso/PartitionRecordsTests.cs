using System.Buffers;
using System.Security.Cryptography;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

/// <summary>The records of a partition are read each once and in order, whatever its segments are like.</summary>
public sealed class PartitionRecordsTests
{
    private readonly MemoryObjectStore _store = new();

    public static TheoryData<string> Samples => [.. Golden.Samples];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Of_a_backup_that_OSO_wrote_every_record_is_read_once(string sample)
    {
        var stored = Golden.Stored(sample).ToDictionary(segment => segment.Key, segment => segment.Records);
        foreach (var (id, segments) in await FillAsync(sample))
        {
            var expected = segments.SelectMany(segment => stored[segment.Key]).DistinctBy(record => record.Offset).OrderBy(record => record.Offset);

            Assert.Equal(expected.Where(record => record.Key is not [0, 0, 0, 0 or 1]).Select(record => record.ToString()), await ReadAsync(id, segments));
        }
    }

    [Fact]
    public async Task A_segment_that_is_not_there_is_named_with_what_is_lost()
    {
        var (id, segments) = (await FillAsync("plain"))[0];
        await _store.DeleteAsync(segments[0].Key, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<StorageException>(() => ReadAsync(id, segments));

        Assert.StartsWith($"{segments[0].Key} is missing: offsets {segments[0].StartOffset} to {segments[0].EndOffset} of {id} cannot be restored.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_object_in_the_place_of_a_segment_is_told()
    {
        var (id, segments) = (await FillAsync("plain"))[0];
        var records = new PartitionRecords(_store, id, [segments[0] with { Sha256 = new string('0', 64) }]);
        await foreach (var record in records.ReadAsync(CancellationToken.None))
        {
            Assert.NotNull(record);
        }

        Assert.Equal([$"{segments[0].Key} is another object than the one that was stored: its SHA-256 differs."], records.Differences);
    }

    /// <summary>It may be brought back, and then nothing of what was restored is of another object.</summary>
    [Fact]
    public async Task Nothing_comes_of_another_object_that_is_damaged_and_the_damage_alone_is_told()
    {
        var (id, segments) = (await FillAsync("plain"))[0];
        var content = (await _store.GetAsync(segments[0].Key, CancellationToken.None))!.Content.ToArray();
        var told = Convert.ToHexStringLower(SHA256.HashData(content));
        content[^12] ^= 0x10;
        await _store.PutAsync(segments[0].Key, new ReadOnlySequence<byte>(content), PutCondition.Overwrite, CancellationToken.None);
        var records = new PartitionRecords(_store, id, [segments[0] with { Sha256 = told }]);
        var count = 0;

        await Assert.ThrowsAsync<StorageException>(async () =>
        {
            await foreach (var record in records.ReadAsync(CancellationToken.None))
            {
                count += record.HeaderCount >= 0 ? 1 : 0;
            }
        });

        Assert.Equal(0, count);
        Assert.Empty(records.Differences);
    }

    [Fact]
    public async Task An_object_that_is_not_what_the_backup_says_of_it_is_told()
    {
        var (id, segments) = (await FillAsync("overlapping"))[0];
        var records = new PartitionRecords(_store, id, segments);
        await foreach (var record in records.ReadAsync(CancellationToken.None))
        {
            Assert.NotNull(record);
        }

        Assert.Contains(records.Differences, difference => difference.EndsWith("has 70 records, offsets 0 to 69, where the backup tells of 50, 0 to 49.", StringComparison.Ordinal));
    }

    private async Task<List<(PartitionId Id, IReadOnlyList<ManifestSegment> Segments)>> FillAsync(string sample)
    {
        var partitions = Golden.Manifest(sample).Topics
            .SelectMany(topic => topic.Partitions, (topic, partition) => (new PartitionId(topic.Name, partition.PartitionId), partition.Segments)).ToList();
        foreach (var segment in partitions.SelectMany(partition => partition.Segments).DistinctBy(segment => segment.Key))
        {
            await _store.PutAsync(segment.Key, new ReadOnlySequence<byte>(Golden.Object(sample, segment.Key)), PutCondition.Overwrite, CancellationToken.None);
        }

        return partitions;
    }

    private async Task<List<string>> ReadAsync(PartitionId id, IReadOnlyList<ManifestSegment> segments)
    {
        var found = new List<string>();
        await foreach (var record in new PartitionRecords(_store, id, segments).ReadAsync(CancellationToken.None))
        {
            found.Add(TestRecords.Copy(record).ToString());
        }

        return found;
    }
}
