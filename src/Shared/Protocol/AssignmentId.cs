namespace KafkaBackup.Shared.Protocol;

/// <summary>One order to work on one partition. Every message about the work carries it, so that what is said of an earlier order can neither
/// end nor start a later one.</summary>
/// <param name="Run">The run that gave the order.</param>
/// <param name="Number">Its number: a run counts its orders from 1 on, over all partitions, so that of two the higher one is the later.</param>
public readonly record struct AssignmentId(RunId Run, long Number)
{
    /// <inheritdoc />
    public override string ToString() => $"{Run}#{Number}";
}
