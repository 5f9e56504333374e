using System.Buffers;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class RestoreClaimTests
{
    private const string Key = "nightly/_cluster/restores/1.json";

    private readonly MemoryObjectStore _store = new();

    [Fact]
    public void An_owner_that_writes_keeps_others_away() => LeapingClock.Run(async clock =>
    {
        var owner = await TakeAsync(clock, _store);
        var isOver = false;
        var beating = BeatAsync(owner!, clock, () => isOver);

        var failure = await Assert.ThrowsAsync<BackupException>(() => TakeAsync(clock, _store));
        isOver = true;
        await beating;

        Assert.Equal(FailureKind.Fenced, failure.Kind);
        Assert.Contains($"This restore is at work already, in {owner!.Document.Owner}", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void An_owner_that_has_gone_silent_has_lapsed_before_another_takes_over() => LeapingClock.Run(async clock =>
    {
        var first = await TakeAsync(clock, _store);
        Assert.False(first!.HasLapsed);

        var second = await TakeAsync(clock, _store);

        Assert.True(first.HasLapsed);
        Assert.InRange(clock.Elapsed, RestoreClaim.Patience, RestoreClaim.Patience * 2);
        Assert.Contains("took over this restore", (await Assert.ThrowsAsync<BackupException>(() => first.WriteAsync(same => same, default))).Message, StringComparison.Ordinal);
        await second!.WriteAsync(same => same, default);
    });

    [Fact]
    public void An_owner_that_writes_in_the_last_moment_is_not_overtaken() => LeapingClock.Run(async clock =>
    {
        var store = new FaultyObjectStore(_store);
        var owner = await TakeAsync(clock, _store);
        store.Decide = call =>
        {
            if (call.Operation == StoreOperation.Put)
            {
                store.Decide = _ => null;
                owner!.WriteAsync(same => same, default).GetAwaiter().GetResult(); // Between the other's last look and its write.
            }

            return null;
        };
        var isOver = false;

        var taking = TakeAsync(clock, store);
        await Task.Delay(RestoreClaim.Patience + TimeSpan.FromSeconds(5), clock);
        var beating = BeatAsync(owner!, clock, () => isOver);

        Assert.Equal(FailureKind.Fenced, (await Assert.ThrowsAsync<BackupException>(() => taking)).Kind);
        isOver = true;
        await beating;
    });

    [Fact]
    public void One_that_was_let_go_is_taken_at_once() => LeapingClock.Run(async clock =>
    {
        await (await TakeAsync(clock, _store))!.LetGoAsync(same => same, default);

        Assert.NotNull(await TakeAsync(clock, _store));

        Assert.Equal(TimeSpan.Zero, clock.Elapsed);
    });

    [Fact]
    public void A_write_whose_answer_was_lost_is_its_own() => LeapingClock.Run(async clock =>
    {
        var store = new FaultyObjectStore(_store) { Decide = call => call is { Operation: StoreOperation.Put, Nth: 2 } ? StoreFault.FailAfter() : null };
        var claim = await TakeAsync(clock, new RetryingObjectStore(store, new StorePatience(clock), new Random(1)));

        await claim!.WriteAsync(document => document with { WholeSince = DateTimeOffset.UnixEpoch }, default);

        Assert.Equal(DateTimeOffset.UnixEpoch, (await RestoreClaim.PeekAsync(_store, Key, default))!.WholeSince);
    });

    [Fact]
    public void A_store_that_refuses_the_first_document_makes_no_claim_and_none_that_was_there_is_passed_over() => LeapingClock.Run(async clock =>
    {
        var store = new FaultyObjectStore(_store) { Decide = call => call.Operation == StoreOperation.Put ? StoreFault.FailBefore(retryable: false) : null };
        Assert.Null(await TakeAsync(clock, store));

        await (await TakeAsync(clock, _store))!.LetGoAsync(same => same, default);

        await Assert.ThrowsAsync<StorageException>(() => TakeAsync(clock, store));
    });

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("""{"started_at":"2026-11-30T00:00:00Z","topics":{"a":null}}""", "cannot be read")]
    [InlineData("""{"started_at":"2026-11-30T00:00:00Z","topics":{"a":{"partitions":{"0":null}}}}""", "cannot be read")]
    [InlineData("""{"started_at":"2026-11-30T00:00:00Z","topics":{"a":{"partition_count":2,"partitions":{}}}}""", "cannot be read")]
    [InlineData("""{"started_at":"2026-11-30T00:00:00Z","topics":{"a":{"partitions":{"0":{"until":9,"segments":"x","so_far":{"records":-5,"source_offset":3}}}}}}""", "cannot be read")]
    [InlineData("""{"version":2,"started_at":"2026-11-29T00:00:00Z"}""", "was written by a newer version of this program (format 2)")]
    public void A_document_that_is_none_is_left_alone(string content, string sentence) => LeapingClock.Run(async clock =>
    {
        await _store.PutAsync(Key, new ReadOnlySequence<byte>(System.Text.Encoding.UTF8.GetBytes(content)), PutCondition.CreateOnly, default);

        Assert.Contains(sentence, (await Assert.ThrowsAsync<StorageException>(() => TakeAsync(clock, _store))).Message, StringComparison.Ordinal);
    });

    private static Task<RestoreClaim?> TakeAsync(TimeProvider clock, IObjectStore store) =>
        RestoreClaim.TakeAsync(store, Key, clock, new RestoreLog(NullLogger<RestoreLog>.Instance), CancellationToken.None);

    private static async Task BeatAsync(RestoreClaim claim, TimeProvider clock, Func<bool> isOver)
    {
        while (!isOver())
        {
            await claim.WriteAsync(same => same, CancellationToken.None);
            await Task.Delay(RestoreClaim.BeatInterval, clock);
        }
    }
}
