using System.Buffers;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Simulation.Tests;

/// <summary>What a ledger writer does to the store when it leaves out a rule of head or manifest.</summary>
/// <param name="inner">The store.</param>
/// <param name="mutation">The rule.</param>
/// <param name="waiting">Segments whose commit the writer was asked for and has not made yet.</param>
internal sealed class CarelessStore(IObjectStore inner, Mutation mutation, Func<IEnumerable<ManifestSegment>> waiting) : IObjectStore
{
    private readonly string _head = BackupKeys.Head(World.Backup);
    private readonly string _manifest = BackupKeys.Manifest(World.Backup);

    public string Name => inner.Name;

    public async Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
    {
        var found = await inner.GetAsync(key, cancellation);
        return found is not null && key == _manifest && mutation == Mutation.ForeignSegmentsIgnored
            ? found with { Content = Change(found.Content, segment => !ForeignTool.Made(segment.Key), []) }
            : found;
    }

    public Task<ETag> PutAsync(string key, ReadOnlySequence<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        var overwrites = (key == _head && mutation == Mutation.HeadOverwritten) || (key == _manifest && mutation == Mutation.ManifestOverwritten);
        var leads = key == _manifest && mutation == Mutation.RenderLeads;
        return inner.PutAsync(
            key,
            leads ? new ReadOnlySequence<byte>(Change(content.ToArray(), _ => true, waiting())) : content,
            overwrites ? PutCondition.Overwrite : condition,
            cancellation);
    }

    public Task<Stream?> OpenReadAsync(string key, CancellationToken cancellation) => inner.OpenReadAsync(key, cancellation);

    public Task<ObjectProperties?> HeadAsync(string key, CancellationToken cancellation) => inner.HeadAsync(key, cancellation);

    public IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation) => inner.ListFoldersAsync(prefix, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);

    private byte[] Change(ReadOnlyMemory<byte> manifest, Func<ManifestSegment, bool> keeps, IEnumerable<ManifestSegment> added)
    {
        var read = ManifestJson.Read(manifest.Span, _manifest);
        var first = added.ToList();
        return ManifestJson.Write(read with
        {
            Topics = [.. read.Topics.Select(topic => topic with
            {
                Partitions = [.. topic.Partitions.Select((partition, i) => partition with
                {
                    Segments = [.. partition.Segments.Where(keeps), .. i == 0 ? first : []],
                })],
            })],
        });
    }
}
