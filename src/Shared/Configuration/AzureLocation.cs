namespace KafkaBackup.Shared.Configuration;

/// <summary>A place in Azure Blob Storage as configuration files and <c>--path</c> name it.</summary>
/// <remarks>As an address: <c>azure://container@account/prefix?endpoint=…</c>, or <c>azure://account.host/container/prefix</c>. Credentials never
/// stand in an address.</remarks>
public static class AzureLocation
{
    /// <summary>What an address begins with.</summary>
    public const string Scheme = "azure://";

    private const string PublicCloud = ".blob.core.windows.net";
    private const string Example = "azure://container@account/prefix or azure://account.host/container/prefix, each with ?endpoint=https://host:port/account if needed";

    /// <summary>Reads an address.</summary>
    /// <param name="address">The address, beginning with <see cref="Scheme"/>.</param>
    /// <exception cref="BackupException">It is wrong; the message says how.</exception>
    public static AzureStorageSection Parse(string address)
    {
        var parts = new StoreAddress(address, Scheme, Example, "endpoint");
        var (host, path) = Cut(parts.Place, '/');
        var container = "";
        if (host.Contains('@', StringComparison.Ordinal))
        {
            (container, host) = Cut(host, '@');
        }
        else
        {
            (container, path) = Cut(path, '/');
        }

        var account = host.Split('.', ':')[0];
        if (!IsAccount(account) || !IsContainer(container))
        {
            throw parts.Wrong($"it names no {(IsAccount(account) ? "container" : "account")}");
        }

        var ownHost = host == account || host == account + PublicCloud ? null : $"https://{host}";
        if (ownHost is not null && LocationReader.UrlObjection(ownHost) is not null)
        {
            throw parts.Wrong("its host is none");
        }

        return new AzureStorageSection
        {
            AccountName = account,
            ContainerName = container,
            Prefix = StoreAddress.Normalize(Uri.UnescapeDataString(path)),
            Endpoint = parts["endpoint"] ?? ownHost,
        };
    }

    /// <summary>The address of a container that <see cref="Parse"/> reads back; without credentials, which an address never has.</summary>
    public static string Format(AzureStorageSection section) => StoreAddress.Format(
        $"{Scheme}{section.ContainerName}@{section.AccountName}{(section.Prefix.Length == 0 ? "" : "/" + StoreAddress.Escape(section.Prefix))}",
        ("endpoint", section.Endpoint));

    /// <summary>The address of the account that requests go to.</summary>
    public static string Endpoint(AzureStorageSection section) => section.Endpoint?.TrimEnd('/') ?? $"https://{section.AccountName}{PublicCloud}";

    internal static bool IsAccount(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    internal static bool IsContainer(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '$');

    private static (string Before, string After) Cut(string text, char separator) =>
        text.IndexOf(separator, StringComparison.Ordinal) is var at and >= 0 ? (text[..at], text[(at + 1)..]) : (text, "");
}
