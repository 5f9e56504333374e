using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Cli.Hosting;

/// <summary>Looks whether the store of the catalogue answers.</summary>
internal sealed class CatalogProbe(NodeSettings settings) : IDisposable
{
    /// <summary>How long it may take to answer before the node is not ready.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IObjectStore _store = Stores.Open(StoreLocation.Parse(settings.Catalog));

    /// <summary>Why it cannot be read, in a sentence; null when it can.</summary>
    public async Task<string?> WhyAwayAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await _store.GetAsync("_catalogue/ready", patience.Token).WaitAsync(Patience, cancellation); // It is not there, which is an answer.
            return null;
        }
        catch (Exception e) when (e is StorageException)
        {
            return $"the catalogue {_store.Name} cannot be read: {e.Message}";
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return $"the catalogue {_store.Name} does not answer within {Patience.TotalSeconds:0} s";
        }
    }

    public void Dispose() => (_store as IDisposable)?.Dispose();
}
