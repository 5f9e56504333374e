using System.Buffers;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared.Tests.Ledger;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.Shared.Tests.OffsetSnapshots;

/// <summary>Offset snapshots in a store: none is ever written over, and none that is half there is lost from sight.</summary>
public sealed class OffsetSnapshotStoreTests
{
    private readonly MemoryObjectStore _objects = new();

    [Fact]
    public async Task A_snapshot_is_read_as_it_was_stored()
    {
        var stored = await CreateAsync(at: 1);

        var read = await new OffsetSnapshotStore(_objects).ReadAsync(IdOf(stored), CancellationToken.None);

        Assert.Equal(stored.ToJson(), read.ToJson());
        Assert.Equal([$"offset-snapshots/{stored.SnapshotId}/metadata.json", $"offset-snapshots/{stored.SnapshotId}/snapshot.json"], await KeysAsync());
    }

    [Fact]
    public async Task A_name_that_is_taken_is_left_to_its_snapshot()
    {
        var first = await CreateAsync(at: 1, description: "first");

        var second = await CreateAsync(at: 1, description: "second");

        Assert.NotEqual(first.SnapshotId, second.SnapshotId);
        Assert.Equal("first", (await new OffsetSnapshotStore(_objects).ReadAsync(IdOf(first), CancellationToken.None)).Description);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_makes_no_second_snapshot()
    {
        var faulty = new FaultyObjectStore(_objects) { Decide = call => call is { Operation: StoreOperation.Put, Nth: 1 } ? StoreFault.FailAfter() : null };

        var stored = await CreateAsync(at: 1, store: LedgerSamples.Patient(faulty));

        Assert.Equal([stored.SnapshotId], (await ListAsync()).Snapshots.Select(snapshot => snapshot.SnapshotId));
        Assert.Equal(2, (await KeysAsync()).Count);
    }

    [Fact]
    public async Task They_are_listed_newest_first()
    {
        var (middle, oldest, newest) = (await CreateAsync(at: 20), await CreateAsync(at: 3), await CreateAsync(at: 100));

        Assert.Equal([newest.SnapshotId, middle.SnapshotId, oldest.SnapshotId], (await ListAsync()).Snapshots.Select(snapshot => snapshot.SnapshotId));
    }

    [Fact]
    public async Task A_damaged_one_is_named_and_hides_no_other()
    {
        var sound = await CreateAsync(at: 1);
        await PutAsync("offset-snapshots/cut/snapshot.json", "{");
        await PutAsync("offset-snapshots/gone/metadata.json", """{"snapshot_id": "gone", "created_at": "2025-08-18T13:09:29Z", "group_count": 1, "offset_count": 1}""");

        var listing = await ListAsync();

        Assert.Equal([sound.SnapshotId], listing.Snapshots.Select(snapshot => snapshot.SnapshotId));
        Assert.Collection(listing.Problems,
            problem => Assert.Contains("'offset-snapshots/cut/snapshot.json' cannot be read", problem, StringComparison.Ordinal),
            problem => Assert.Contains("'offset-snapshots/gone/snapshot.json' is missing", problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_with_damaged_metadata_is_listed_by_its_offsets_and_named()
    {
        var snapshot = await CreateAsync(at: 1, description: "mine");
        await PutAsync($"offset-snapshots/{snapshot.SnapshotId}/metadata.json", "{");

        var listing = await ListAsync();

        Assert.Equal("mine", Assert.Single(listing.Snapshots).Description);
        Assert.Contains("metadata.json' cannot be read", Assert.Single(listing.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_without_metadata_is_whole()
    {
        var snapshot = await CreateAsync(at: 1);
        await _objects.DeleteAsync($"offset-snapshots/{snapshot.SnapshotId}/metadata.json", CancellationToken.None);

        var listing = await ListAsync();

        Assert.Equal((snapshot.SnapshotId, 0), (Assert.Single(listing.Snapshots).SnapshotId, listing.Problems.Count));
    }

    [Fact]
    public async Task Both_objects_are_deleted_and_those_of_others_stay()
    {
        var (first, second) = (await CreateAsync(at: 1), await CreateAsync(at: 2));

        await new OffsetSnapshotStore(_objects).DeleteAsync(IdOf(first), CancellationToken.None);

        Assert.Equal([second.SnapshotId], (await ListAsync()).Snapshots.Select(snapshot => snapshot.SnapshotId));
        Assert.Equal(2, (await KeysAsync()).Count);
    }

    [Fact]
    public async Task A_deletion_that_is_interrupted_leaves_a_snapshot_that_can_be_deleted()
    {
        var snapshot = await CreateAsync(at: 1);
        var deletions = 0;
        var faulty = new FaultyObjectStore(_objects) { Decide = call => call.Operation == StoreOperation.Delete && ++deletions == 2 ? StoreFault.FailBefore() : null };
        await Assert.ThrowsAsync<StorageException>(() => new OffsetSnapshotStore(faulty).DeleteAsync(IdOf(snapshot), CancellationToken.None));

        Assert.Empty((await ListAsync()).Problems);
        await new OffsetSnapshotStore(_objects).DeleteAsync(IdOf(snapshot), CancellationToken.None);

        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task One_that_is_not_there_is_told_by_its_name()
    {
        var (store, id) = (new OffsetSnapshotStore(_objects), OffsetSnapshotId.TryParse("snap-1-00000001")!.Value);

        foreach (var call in new Func<Task>[] { () => store.ReadAsync(id, CancellationToken.None), () => store.DeleteAsync(id, CancellationToken.None) })
        {
            var e = await Assert.ThrowsAsync<BackupException>(call);
            Assert.Equal(FailureKind.Configuration, e.Kind);
            Assert.Contains("There is no offset snapshot 'snap-1-00000001' in memory.", e.Message, StringComparison.Ordinal);
        }
    }

    private static OffsetSnapshotId IdOf(OffsetSnapshot snapshot) => OffsetSnapshotId.TryParse(snapshot.SnapshotId)!.Value;

    /// <summary>Every snapshot of one millisecond would have the same name, but for what is taken.</summary>
    private Task<OffsetSnapshot> CreateAsync(long at, string? description = null, IObjectStore? store = null) => new OffsetSnapshotStore(store ?? _objects).CreateAsync(
        new OffsetSnapshot { SnapshotId = "", CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(at), GroupOffsets = [], Description = description },
        new Random(1), CancellationToken.None);

    private Task<OffsetSnapshotListing> ListAsync() => new OffsetSnapshotStore(_objects).ListAsync(CancellationToken.None);

    private async Task<List<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var found in _objects.ListAsync("", CancellationToken.None))
        {
            keys.Add(found.Key);
        }

        return keys;
    }

    private Task<ETag> PutAsync(string key, string content) =>
        _objects.PutAsync(key, new ReadOnlySequence<byte>(System.Text.Encoding.UTF8.GetBytes(content)), PutCondition.Overwrite, CancellationToken.None);
}
