namespace KafkaBackup.Shared.Ledger;

/// <summary>What the ledger says to an entry that a worker wants to commit.</summary>
public enum CommitVerdict
{
    /// <summary>It is new and fits: it may go into the next swap.</summary>
    Accepted,

    /// <summary>It was committed before: the answer was lost.</summary>
    Repeated,

    /// <summary>It overlaps what is covered, leaves a hole, or comes from too old an epoch. The worker asks where to go on.</summary>
    Rejected,
}
