using System.Collections.Concurrent;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>Of which workers the journal has uploads that may not be committed. Who is not among them need not ask it, which costs more than to back up a few records. Used from any thread.</summary>
/// <remarks>One who is left out wrongly reads again what it has uploaded, and nothing else.</remarks>
/// <param name="read">Tells the workers by their names in the journal when somebody first wants to know; null: any may be there. Nobody but this node may write it from then on.</param>
public sealed class JournaledWorkers(Func<IEnumerable<string>?> read)
{
    private readonly Lazy<ConcurrentDictionary<string, bool>?> _known = new(() => read() is { } ids
        ? new ConcurrentDictionary<string, bool>(ids.Select(id => KeyValuePair.Create(id, true)), StringComparer.Ordinal)
        : null);

    /// <summary>Any worker may be in the journal.</summary>
    public static JournaledWorkers Unknown { get; } = new(() => null);

    /// <summary>Whether the journal may have uploads of a worker.</summary>
    public bool MayHave(string persistenceId) => _known.Value?.ContainsKey(persistenceId) ?? true;

    /// <summary>From now on a worker writes into the journal.</summary>
    public void Add(string persistenceId) => _known.Value?.TryAdd(persistenceId, true);
}
