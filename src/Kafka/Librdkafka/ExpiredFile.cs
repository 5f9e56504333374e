namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>A file of <c>source.security</c> that holds nothing valid any more.</summary>
/// <param name="Path">The file.</param>
/// <param name="Until">When the last of what it holds ended to be valid.</param>
internal sealed record ExpiredFile(string Path, DateTimeOffset Until)
{
    /// <summary>The end of the validity, as it is told.</summary>
    public string UntilText => Until.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
