namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>What came of another look at the files of <c>source.security</c>.</summary>
/// <param name="WasTaken">Whether they have changed and are used from now on.</param>
/// <param name="Objection">Why they have changed and are not used; told once for each content, and only when it stays so.</param>
internal sealed record FilesChange(bool WasTaken, string? Objection)
{
    /// <summary>Nothing that anybody would have to know.</summary>
    public static FilesChange None { get; } = new(WasTaken: false, null);
}
