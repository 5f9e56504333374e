using System.Buffers;
using System.Text;
using KafkaBackup.Coordinator.Catalogue;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Catalogue;

public sealed class CatalogueStoreTests
{
    private static readonly BackupId Backup = new("nightly");
    private readonly MemoryObjectStore _memory = new();
    private readonly CatalogueStore _store;

    public CatalogueStoreTests() => _store = new CatalogueStore(_memory);

    [Fact]
    public async Task What_is_declared_is_there_for_the_next_keeper()
    {
        await ChangeAsync(known => new DeclaredBackup(Backup, $"known: {known is not null}", false));

        var (declared, damaged) = await new CatalogueStore(_memory).ListAsync(CancellationToken.None);

        Assert.Equal("known: False", Assert.Single(declared).Definition);
        Assert.Empty(damaged);
    }

    [Fact]
    public async Task Of_many_that_change_it_at_the_same_time_none_is_lost()
    {
        await ChangeAsync(_ => new DeclaredBackup(Backup, "", false));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ChangeAsync(known => known! with { FailedRuns = known.FailedRuns + 1 }))));

        Assert.Equal(8, (await ChangeAsync(known => known))!.FailedRuns);
    }

    [Fact]
    public async Task Nothing_is_written_when_nothing_changes()
    {
        await ChangeAsync(_ => new DeclaredBackup(Backup, "", false));
        var before = await _memory.HeadAsync("_catalogue/backups/nightly.json", CancellationToken.None);

        await ChangeAsync(known => known);

        Assert.Equal(before, await _memory.HeadAsync("_catalogue/backups/nightly.json", CancellationToken.None));
    }

    [Fact]
    public async Task What_is_forgotten_is_gone()
    {
        await ChangeAsync(_ => new DeclaredBackup(Backup, "", false));

        Assert.Null(await ChangeAsync(_ => null));

        Assert.Empty((await _store.ListAsync(CancellationToken.None)).Declared);
    }

    [Fact]
    public async Task An_object_that_is_no_declaration_hides_no_other()
    {
        await ChangeAsync(_ => new DeclaredBackup(Backup, "", false));
        await _memory.PutAsync("_catalogue/backups/bad.json", new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes("{")), PutCondition.Overwrite, CancellationToken.None);

        var (declared, damaged) = await _store.ListAsync(CancellationToken.None);

        Assert.Single(declared);
        Assert.Contains("_catalogue/backups/bad.json", Assert.Single(damaged), StringComparison.Ordinal);
    }

    private Task<DeclaredBackup?> ChangeAsync(Func<DeclaredBackup?, DeclaredBackup?> change) => _store.ChangeAsync(Backup, change, CancellationToken.None);
}
