using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using Xunit;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Oso;

/// <content>Settings of topics that another program wrote into the manifest.</content>
public sealed partial class ManifestPublisherTests
{
    private static readonly TopicFacts Before = new("t", 1, "id") { ReplicationFactor = 1, Configurations = Retention("1") };

    [Fact]
    public async Task Settings_that_another_program_wrote_since_are_taken_over()
    {
        await RenderedAsync();
        await EditAsync(topic => topic with { SourceReplicationFactor = 3, Configurations = Retention("2") });
        var later = await _samples.LoadedAsync("later");

        Assert.True((await _publisher.AdoptAsync(later, CancellationToken.None)).IsEmpty);
        await RenderAsync(later);

        var expected = Before with { ReplicationFactor = 3, Configurations = Retention("2") };
        Assert.Equal([expected], (await _samples.ReadAsync())!.Topics.Values);
        Assert.Equal("2", (await TopicAsync()).Configurations["retention.ms"]);
    }

    [Fact]
    public async Task Settings_that_another_program_dropped_or_left_as_they_were_change_nothing()
    {
        await RenderedAsync();
        await EditAsync(topic => topic with { SourceReplicationFactor = null, Configurations = Retention() });
        var later = await _samples.LoadedAsync("later", _store);
        _store.Changes.Clear();

        await _publisher.AdoptAsync(later, CancellationToken.None);

        Assert.Empty(_store.Changes);
        await RenderAsync(later);
        Assert.Equal((1, "1"), ((await TopicAsync()).SourceReplicationFactor, (await TopicAsync()).Configurations["retention.ms"]));
    }

    [Fact]
    public async Task What_the_source_told_in_this_run_goes_before_what_another_program_wrote_meanwhile()
    {
        var writer = await RenderedAsync();
        await EditAsync(topic => topic with { Configurations = Retention("2") });
        await writer.RecordSourceAsync("cluster", [Before with { Configurations = Retention("3") }], CancellationToken.None);

        await RenderAsync(writer);

        Assert.Equal("3", (await TopicAsync()).Configurations["retention.ms"]);
    }

    private async Task<LedgerWriter> RenderedAsync()
    {
        var writer = await _samples.InOfficeAsync("w", Entry(0, 10, "a"));
        await writer.RecordSourceAsync("cluster", [Before], CancellationToken.None);
        await RenderAsync(writer);
        return writer;
    }

    private async Task EditAsync(Func<ManifestTopic, ManifestTopic> edit)
    {
        var manifest = ManifestJson.Read(await _samples.BytesAsync(Key), Key);
        await _samples.PutAsync(Key, ManifestJson.Write(manifest with { Topics = [edit(Assert.Single(manifest.Topics))], Compression = "none" }));
    }

    private async Task<ManifestTopic> TopicAsync() => Assert.Single(ManifestJson.Read(await _samples.BytesAsync(Key), Key).Topics);

    private static Dictionary<string, string> Retention(string? value = null) => value is null ? [] : new() { ["retention.ms"] = value };
}
