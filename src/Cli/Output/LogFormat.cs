namespace KafkaBackup.Cli.Output;

/// <summary>How log lines look.</summary>
internal enum LogFormat
{
    /// <summary><c>[LEVEL] text</c>, for people.</summary>
    Text,

    /// <summary>One JSON object a line, with the values that the text names as fields of their own, for programs.</summary>
    Json,
}
