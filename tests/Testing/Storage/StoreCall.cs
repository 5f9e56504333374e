using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Testing.Storage;

/// <summary>The operations of <see cref="IObjectStore"/>.</summary>
public enum StoreOperation
{
    Get,
    OpenRead,
    Head,
    Put,
    List,
    ListFolders,
    Delete,
}

/// <summary>One call of a store, as a fault decision and a log see it.</summary>
/// <param name="Operation">What was called.</param>
/// <param name="Key">The object, or the prefix of a listing.</param>
/// <param name="Condition">The condition of a PUT; null for everything else.</param>
/// <param name="Nth">1 for the first call of this operation on this key, and so on.</param>
public sealed record StoreCall(StoreOperation Operation, string Key, PutCondition? Condition, int Nth);
