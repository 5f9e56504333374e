namespace KafkaBackup.Shared.Protocol;

/// <summary>The names under which actors find each other in the registry of a node.</summary>
public static class ActorKeys
{
    /// <summary>The shard region of backup coordinators.</summary>
    public sealed class Coordinators;

    /// <summary>The shard region of partition workers.</summary>
    public sealed class Workers;

    /// <summary>The proxy of the manifest singleton.</summary>
    public sealed class LedgerWriters;

    /// <summary>The proxy of the catalogue's keeper.</summary>
    public sealed class Catalogue;

    /// <summary>The shard region of restores in a cluster.</summary>
    public sealed class Restores;

    /// <summary>The shard region of operations.</summary>
    public sealed class Operations;

    /// <summary>The coordinator of the restore that this process makes.</summary>
    public sealed class Restore;

    /// <summary>The permits of this node.</summary>
    public sealed class Permits;
}
