namespace KafkaBackup.Shared.Configuration;

/// <summary>The text of a scalar after its variables were replaced.</summary>
/// <param name="Value">What counts as the value.</param>
/// <param name="Variable">The name of a variable it was made from; null when it stands in the file as it is.</param>
internal sealed record ExpandedText(string Value, string? Variable);
