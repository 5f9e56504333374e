using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>What an operation works on. What its definition does not name is not there.</summary>
public sealed class OperationPorts : IDisposable
{
    /// <summary>Where the backup, or the snapshot, lies.</summary>
    public IObjectStore? Store { get; init; }

    /// <summary>Tells what the Kafka cluster has.</summary>
    public ITopicCatalog? Catalog { get; init; }

    /// <summary>Sets consumer groups of it.</summary>
    public IGroupWriter? Groups { get; init; }

    /// <summary>Reads records of it.</summary>
    public IRecordSource? Records { get; init; }

    /// <summary>Asks webhooks.</summary>
    public HttpMessageInvoker? Http { get; init; }

    /// <inheritdoc />
    public void Dispose()
    {
        Records?.Dispose();
        Groups?.Dispose();
        Catalog?.Dispose();
        Http?.Dispose();
        (Store as IDisposable)?.Dispose();
    }
}
