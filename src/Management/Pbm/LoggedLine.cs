namespace KafkaBackup.Management.Pbm;

/// <summary>A line of a node's log.</summary>
/// <param name="Time">When it was written.</param>
/// <param name="Line">The line as the node wrote it.</param>
public sealed record LoggedLine(DateTimeOffset Time, string Line);
