using System.Collections.Concurrent;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>Of which workers the journal has uploads that may not be committed. Who is not among them need not ask it, which costs more than to back up a few records. Used from any thread.</summary>
/// <remarks>One who is left out wrongly reads again what it has uploaded, and nothing else.</remarks>
public sealed class JournaledWorkers
{
    private readonly Lazy<ConcurrentDictionary<string, bool>?> _known;

    private JournaledWorkers(Lazy<ConcurrentDictionary<string, bool>?> known) => _known = known;

    /// <summary>Any worker may be in the journal.</summary>
    public static JournaledWorkers Unknown { get; } = new(new Lazy<ConcurrentDictionary<string, bool>?>(value: null));

    /// <summary>Those that <paramref name="read"/> finds when somebody first wants to know.</summary>
    public static JournaledWorkers WhenAsked(Func<JournaledWorkers> read) => new(new Lazy<ConcurrentDictionary<string, bool>?>(() => read()._known.Value));

    /// <summary>Those of <paramref name="persistenceIds"/>, by their names in the journal, and all that are added. Nobody else may write it meanwhile.</summary>
    public static JournaledWorkers Only(IEnumerable<string> persistenceIds) =>
        new(new Lazy<ConcurrentDictionary<string, bool>?>(new ConcurrentDictionary<string, bool>(persistenceIds.Select(id => KeyValuePair.Create(id, true)), StringComparer.Ordinal)));

    /// <summary>Whether the journal may have uploads of a worker.</summary>
    public bool MayHave(string persistenceId) => _known.Value?.ContainsKey(persistenceId) ?? true;

    /// <summary>From now on a worker writes into the journal.</summary>
    public void Add(string persistenceId) => _known.Value?.TryAdd(persistenceId, true);
}
