using System.Net;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads the section <c>metrics</c>. What is in one that is turned off does not matter.</summary>
internal static class MetricsSectionReader
{
    private const int MaxPort = 65_535;

    public static MetricsSection? Read(YamlMapReader map)
    {
        if (map.Boolean("enabled") == false)
        {
            map.AcceptAll();
            return new MetricsSection { IsEnabled = false };
        }

        var defaults = new MetricsSection();
        return new MetricsSection
        {
            Port = map.Int32("port", 0, MaxPort) ?? defaults.Port,
            BindAddress = ReadAddress(map.Value("bind_address")) ?? defaults.BindAddress,
            Path = map.Value("path")?.Text(PathObjection) ?? defaults.Path,
            MaxPartitionLabels = map.Int32("max_partition_labels", 0) ?? defaults.MaxPartitionLabels,
            KeepAlive = TimeSpan.FromSeconds(map.Int64("keep_alive_seconds", 0, int.MaxValue / 1000) ?? 0),
        };
    }

    private static IPAddress? ReadAddress(YamlValue? value) =>
        value?.Text(AddressObjection) is { } text && IPAddress.TryParse(text, out var address) ? address : null;

    private static string? AddressObjection(string text) =>
        IPAddress.TryParse(text, out _) ? null : "must be an IP address, such as 0.0.0.0 or 127.0.0.1";

    private static string? PathObjection(string text) => text.StartsWith('/') && !text.AsSpan().ContainsAny(" ?#{}*")
        ? null
        : "must begin with '/', and have no blank and none of ? # { } * in it";
}
