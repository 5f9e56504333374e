using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Operations;

/// <summary>Reads <c>checks</c> of a validation: OSO's keys and defaults.</summary>
internal static class ValidationChecksReader
{
    private const int DefaultTimeoutSecs = 120;
    private const int MostTimeoutSecs = 600;
    private const int DefaultStatus = 200;

    /// <summary>The checks. What is not named is not checked.</summary>
    public static ValidationConfiguration? Read(YamlMapReader map)
    {
        var checks = new ValidationConfiguration();
        checks = map.Section("message_count", inner => checks with
        {
            CountsMessages = inner.Boolean("enabled") ?? true,
            MayLack = inner.Int64("fail_threshold", 0) ?? 0,
            CountedTopics = inner.TextList("topics") ?? [],
        }) ?? checks;
        checks = map.Section("offset_range", inner => checks with { ChecksRanges = inner.Boolean("enabled") ?? true }) ?? checks;
        checks = map.Section("consumer_group_offsets", inner => checks with
        {
            ChecksGroups = inner.Boolean("enabled") ?? true,
            Groups = inner.TextList("groups")?.Distinct(StringComparer.Ordinal).ToList() ?? [],
        }) ?? checks;
        return checks with { Webhooks = map.Value("custom_webhooks")?.MapList(ReadWebhook) ?? [] };
    }

    private static ValidationConfiguration.Webhook? ReadWebhook(YamlMapReader map)
    {
        var (name, url) = (map.Required("name")?.Text(), map.Required("url")?.Text(UrlObjection));
        var timeout = map.Int32("timeout_seconds", 1, MostTimeoutSecs) ?? DefaultTimeoutSecs;
        var status = map.Int32("expected_status_code", 100, 599) ?? DefaultStatus;
        return name is null || url is null ? null : new ValidationConfiguration.Webhook(name, new Uri(url), TimeSpan.FromSeconds(timeout), status);
    }

    private static string? UrlObjection(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0
            ? null
            : "must be an address such as https://checks.example.org/orders, without a user";
}
