namespace KafkaBackup.Management.Pbm;

/// <summary>An option of a verb. All of them take a value.</summary>
/// <param name="Short">As <c>-d</c>.</param>
/// <param name="Long">As <c>--depth</c>.</param>
/// <param name="Value">What usage calls its value.</param>
internal sealed record PbmOption(string Short, string Long, string Value)
{
    /// <summary>Whether the verb does without it.</summary>
    public bool IsRequired { get; init; }

    public override string ToString() => IsRequired ? $"{Short} {Value}" : $"[{Short} {Value}]";
}
