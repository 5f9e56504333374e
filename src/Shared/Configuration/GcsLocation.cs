namespace KafkaBackup.Shared.Configuration;

/// <summary>A place in Google Cloud Storage as configuration files and <c>--path</c> name it.</summary>
/// <remarks>As an address: <c>gs://bucket/prefix?endpoint=…</c>, or with <c>gcs://</c>. Credentials never stand in an address.</remarks>
public static class GcsLocation
{
    /// <summary>What an address begins with.</summary>
    public const string Scheme = "gs://";

    /// <summary>What an address may begin with as well.</summary>
    public const string OtherScheme = "gcs://";

    private const string Example = "gs://bucket/prefix?endpoint=https://host:port";

    /// <summary>Reads an address.</summary>
    /// <param name="address">The address, beginning with <see cref="Scheme"/> or <see cref="OtherScheme"/>.</param>
    /// <exception cref="BackupException">It is wrong; the message says how.</exception>
    public static GcsStorageSection Parse(string address)
    {
        var parts = new StoreAddress(address, address.StartsWith(Scheme, StringComparison.Ordinal) ? Scheme : OtherScheme, Example, "endpoint");
        var place = parts.Place.Split('/', 2);
        return IsBucket(place[0])
            ? new GcsStorageSection
            {
                Bucket = place[0],
                Prefix = StoreAddress.Normalize(place.Length == 1 ? null : Uri.UnescapeDataString(place[1])),
                Endpoint = parts["endpoint"],
            }
            : throw parts.Wrong("it names no bucket");
    }

    /// <summary>The address of a bucket that <see cref="Parse"/> reads back; without credentials, which an address never has.</summary>
    public static string Format(GcsStorageSection section) => StoreAddress.Format(
        Scheme + (section.Prefix.Length == 0 ? section.Bucket : $"{section.Bucket}/{StoreAddress.Escape(section.Prefix)}"), ("endpoint", section.Endpoint));

    internal static bool IsBucket(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
