namespace KafkaBackup.EmbeddedKafka.Topics;

/// <summary>Kafka's rule for the names of topics.</summary>
internal static class TopicNames
{
    private const int MaxLength = 249;

    /// <summary>What is wrong with a name, as a sentence; null if nothing is.</summary>
    public static string? Problem(string name) => name switch
    {
        "" => "A topic's name must not be empty.",
        "." or ".." => $"A topic must not be called '{name}'.",
        { Length: > MaxLength } => $"A topic's name has {MaxLength} characters at most.",
        _ when !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') =>
            $"The topic name '{name}' has characters other than letters, digits, '.', '_' and '-'.",
        _ => null,
    };
}
