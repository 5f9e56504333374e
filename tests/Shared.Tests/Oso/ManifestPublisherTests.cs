using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared.Tests.Ledger;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Oso;

public sealed partial class ManifestPublisherTests
{
    private static readonly ManifestPublisher.SourceLabels Labels = new(["broker:9092"], "zstd");
    private static readonly string Key = BackupKeys.Manifest(Backup);

    private readonly LedgerSamples _samples = new();
    private readonly InterferingStore _store;
    private readonly ManifestPublisher _publisher;

    public ManifestPublisherTests()
    {
        _store = new InterferingStore(_samples.Objects);
        _publisher = new ManifestPublisher(LedgerSamples.Patient(_store));
    }

    [Fact]
    public async Task The_manifest_shows_what_is_committed()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"), Entry(10, 20, "b"));

        Assert.Null(await RenderAsync(writer));

        Assert.Equal(["a", "b"], await ShownAsync());
        Assert.False((await _samples.ReadAsync())!.Head.IsManifestStale);
    }

    [Fact]
    public async Task A_manifest_that_is_current_is_not_written_again()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));
        await RenderAsync(writer);
        _store.Changes.Clear();
        var head = await _samples.BytesAsync(BackupKeys.Head(Backup));

        await RenderAsync(writer);
        var other = await _samples.LoadedAsync("other", _store);
        await RenderAsync(other);
        var adopted = await _publisher.AdoptAsync(other, CancellationToken.None);

        Assert.Empty(_store.Changes);
        Assert.Empty(adopted.Entries);
        Assert.Equal(head, await _samples.BytesAsync(BackupKeys.Head(Backup)));
    }

    [Fact]
    public async Task Nothing_is_written_for_a_backup_that_has_nothing()
    {
        await RenderAsync(await _samples.LoadedAsync("w", _store));

        Assert.Empty(_samples.Keys());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manifest_that_cannot_be_read_now_is_not_overwritten(bool isRetryable)
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));
        await PutAsync(Foreign(50, 60, "foreign"));
        var before = await _samples.BytesAsync(Key);
        _store.BeforeGet = key => key == Key ? throw InterferingStore.Unavailable(isRetryable) : Task.CompletedTask;

        await Assert.ThrowsAsync<StorageException>(() => RenderAsync(writer));
        await Assert.ThrowsAsync<StorageException>(() => _publisher.AdoptAsync(writer, CancellationToken.None));

        Assert.Empty(_store.Changes);
        Assert.Equal(before, await _samples.BytesAsync(Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"backup_id\":\"b\",")]
    [InlineData("null")]
    public async Task A_manifest_that_makes_no_sense_is_not_overwritten(string content)
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));
        await _samples.PutAsync(Key, System.Text.Encoding.UTF8.GetBytes(content));

        var failure = await Assert.ThrowsAsync<StorageException>(() => RenderAsync(writer));
        await Assert.ThrowsAsync<StorageException>(() => _publisher.AdoptAsync(writer, CancellationToken.None));

        Assert.StartsWith($"The manifest '{Key}' cannot be read", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Changes);
        Assert.Equal(content, System.Text.Encoding.UTF8.GetString(await _samples.BytesAsync(Key)));
    }

    [Fact]
    public async Task What_another_program_added_is_taken_over_at_the_start_of_a_run()
    {
        await PutAsync(Foreign(0, 10, "foreign"));
        var writer = await _samples.LoadedAsync("w");

        var adopted = await _publisher.AdoptAsync(writer, CancellationToken.None);

        Assert.Single(adopted.Entries);
        Assert.Equal(["t:0 [0, 10)"], Ranges((await _samples.ReadAsync())!));
    }

    [Fact]
    public async Task A_render_takes_over_what_another_program_added_and_keeps_it_in_the_view()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));
        await PutAsync(Foreign(5, 15, "foreign"));

        await RenderAsync(writer);

        Assert.Equal(["a", "foreign"], await ShownAsync());
        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 15)"], Ranges((await _samples.ReadAsync())!));
    }

    [Fact]
    public async Task What_lies_in_front_of_a_claim_is_looked_at_again_after_it()
    {
        await PutAsync(Foreign(0, 20, "foreign"));
        var slow = await _samples.LoadedAsync("slow");
        await _samples.InOfficeAsync("quick", Entry(0, 10, "a"));

        await _publisher.AdoptAsync(slow, CancellationToken.None);

        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)"], Ranges((await _samples.ReadAsync())!));
    }

    [Fact]
    public async Task A_segment_that_cannot_be_taken_over_stays_in_the_view_and_is_named()
    {
        await PutAsync(Foreign(5, 15, "odd") with { RecordCount = 0 });
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));

        var adopted = await _publisher.AdoptAsync(writer, CancellationToken.None);
        await RenderAsync(writer);

        Assert.Contains("'b/topics/t/partition=0/odd'", Assert.Single(adopted.Problems), StringComparison.Ordinal);
        Assert.Equal(["a", "odd"], await ShownAsync());
    }

    [Fact]
    public async Task A_manifest_that_lacks_only_what_is_new_is_no_reason_to_warn()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));
        await RenderAsync(writer);
        await PutAsync(Foreign(0, 10, "a"), Foreign(20, 30, "foreign"));
        await writer.CommitAsync([Entry(10, 20, "b")], CancellationToken.None);

        Assert.Null(await RenderAsync(writer));
        Assert.Equal(["a", "b", "foreign"], await ShownAsync());
    }

    [Fact]
    public async Task A_manifest_that_changes_while_it_is_rendered_is_rendered_again()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));
        _store.BeforePut = async _ =>
        {
            _store.BeforePut = _ => Task.CompletedTask;
            await PutAsync(Foreign(10, 20, "foreign"));
        };

        await RenderAsync(writer);

        Assert.Equal(["a", "foreign"], await ShownAsync());
        Assert.Equal(["t:0 [0, 10)", "t:0 [10, 20)"], Ranges((await _samples.ReadAsync())!));
    }

    [Fact]
    public async Task A_manifest_that_changes_all_the_time_is_left_alone_with_a_sentence()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));
        var changes = 0;
        _store.BeforePut = _ => PutAsync(Foreign(10, 20 + ++changes, $"foreign-{changes}"));

        var failure = await Assert.ThrowsAsync<StorageException>(() => RenderAsync(writer));

        Assert.Contains("was changed by another program 5 times", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["foreign-5"], await ShownAsync());
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_counts_as_made()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));
        _store.AfterPut = _ =>
        {
            _store.AfterPut = _ => Task.CompletedTask;
            throw InterferingStore.Unavailable();
        };

        Assert.Null(await RenderAsync(writer));

        Assert.Equal([Key, Key], _store.Changes);
        Assert.False((await _samples.ReadAsync())!.Head.IsManifestStale);
    }

    [Fact]
    public async Task A_writer_that_is_no_longer_in_office_cannot_take_the_manifest_back()
    {
        var old = await _samples.InOfficeAsync("old", Entry(0, 10, "a"));
        await PutObjectsAsync("a");
        await RenderAsync(await _samples.InOfficeAsync("new", Entry(10, 20, "b")));

        await Assert.ThrowsAsync<FencedException>(() => RenderAsync(old));

        Assert.Equal(["a", "b"], await ShownAsync());
    }

    private Task<string?> RenderAsync(LedgerWriter writer) => _publisher.RenderAsync(writer, Labels, CancellationToken.None);

    private async Task<IEnumerable<string>> ShownAsync() => ManifestJson.Read(await _samples.BytesAsync(Key), Key).Topics
        .SelectMany(topic => topic.Partitions).SelectMany(partition => partition.Segments).Select(segment => segment.Key.Split('/')[^1]);

    private async Task<(long, long, long)> PrunedAsync()
    {
        var pruned = ManifestJson.Read(await _samples.BytesAsync(Key), Key).Topics[0].Partitions[0].Pruned.Single();
        return (pruned.StartOffset, pruned.EndOffset, pruned.PrunedAt);
    }

    private async Task PutObjectsAsync(params string[] names)
    {
        foreach (var name in names)
        {
            await _samples.PutAsync(Segment(0, 1, name).Key, "there"u8.ToArray());
        }
    }

    private Task PutAsync(params ManifestSegment[] segments) => PutManifestAsync(segments, []);

    private async Task PutManifestAsync(ManifestSegment[] segments, ManifestPruned[] pruned)
    {
        foreach (var segment in segments)
        {
            await _samples.PutAsync(segment.Key, "there"u8.ToArray());
        }

        await _samples.PutAsync(Key, ManifestJson.Write(new BackupManifest
        {
            BackupId = Backup.Value,
            CreatedAt = 1,
            Topics = [new ManifestTopic { Name = "t", Partitions = [new ManifestPartition { PartitionId = 0, Segments = segments, Pruned = pruned }] }],
        }));
    }

    private static ManifestSegment Foreign(long @base, long next, string name) => new()
    {
        Key = Segment(@base, next, name).Key,
        StartOffset = @base,
        EndOffset = next - 1,
        StartTimestamp = 1,
        EndTimestamp = 2,
        RecordCount = next - @base,
    };
}
