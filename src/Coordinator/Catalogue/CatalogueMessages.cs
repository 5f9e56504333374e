using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Catalogue;

/// <summary>What the catalogue's store and timers tell its keeper.</summary>
internal static class CatalogueMessages
{
    /// <summary>The catalogue was read.</summary>
    internal sealed record Listed(IReadOnlyList<DeclaredBackup> Declared, IReadOnlyList<string> Damaged) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The catalogue could not be read.</summary>
    internal sealed record ListFailed(Fault Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A change is stored.</summary>
    internal sealed record Changed(BackupId Backup, DeclaredBackup? Declared, IActorRef Asker) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A change could not be made, or could not be stored.</summary>
    internal sealed record ChangeFailed(Fault Failure, IActorRef Asker) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Time to see what is due.</summary>
    internal sealed record Tick : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static Tick Instance { get; } = new();
    }

    /// <summary>Time to ask again for the runs that are wanted: coordinators forget them when they die or move.</summary>
    internal sealed record Assert : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static Assert Instance { get; } = new();
    }

    /// <summary>Time to read the catalogue, for what others have put into it.</summary>
    internal sealed record ListDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static ListDue Instance { get; } = new();
    }
}
