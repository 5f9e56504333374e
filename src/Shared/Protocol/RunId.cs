namespace KafkaBackup.Shared.Protocol;

/// <summary>One execution of a backup. Results of an earlier one are told apart by it.</summary>
/// <param name="Value">Text that no other run has.</param>
public readonly record struct RunId(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}
