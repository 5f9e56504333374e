namespace KafkaBackup.Shared.Configuration;

/// <summary>Rules for addresses and files that a configuration names.</summary>
internal static class LocationReader
{
    /// <summary>What <paramref name="text"/> breaks, or null when it is an http or https address.</summary>
    public static string? UrlObjection(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 && url.UserInfo.Length == 0
            ? null
            : "must be an address that begins with http:// or https://, without user and password";

    /// <summary>What is wrong with a path that only a shell would understand, or null.</summary>
    public static string? PathObjection(string text) => text == "~" || text.StartsWith("~/", StringComparison.Ordinal)
        ? "must be a path without '~', which only a shell replaces: write ${HOME} in its place"
        : null;
}
