namespace KafkaBackup.Shared.Configuration;

/// <summary>The parts of the address of a store, such as <c>s3://place?name=value&amp;name=value</c>.</summary>
internal sealed class StoreAddress
{
    private readonly string _address;
    private readonly string _example;
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    /// <summary>Takes an address apart.</summary>
    /// <param name="address">The address.</param>
    /// <param name="scheme">What it begins with.</param>
    /// <param name="example">How it is written; for messages.</param>
    /// <param name="options">The options that it may have.</param>
    /// <exception cref="BackupException">It has others, or one twice, or an endpoint that is none.</exception>
    public StoreAddress(string address, string scheme, string example, params ReadOnlySpan<string> options)
    {
        (_address, _example) = (address, example);
        var query = address.IndexOf('?', StringComparison.Ordinal);
        Place = query < 0 ? address[scheme.Length..] : address[scheme.Length..query];
        foreach (var option in query < 0 ? [] : address[(query + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
        {
            if (option.Length != 2 || !options.Contains(option[0]) || !_options.TryAdd(option[0], Uri.UnescapeDataString(option[1])))
            {
                var known = options.Length == 1 ? $"{options[0]}, once" : $"{string.Join(", ", options[..^1].ToArray())} and {options[^1]}, each once";
                throw Wrong($"'{option[0]}' is no option of it; known {(options.Length == 1 ? "is" : "are")} {known} as name=value");
            }
        }

        if (this["endpoint"] is { } endpoint && LocationReader.UrlObjection(endpoint) is { } objection)
        {
            throw Wrong($"its endpoint {objection}");
        }
    }

    /// <summary>What stands between scheme and options.</summary>
    public string Place { get; }

    /// <summary>An option; null when it is not given.</summary>
    public string? this[string name] => _options.GetValueOrDefault(name);

    /// <summary>An address of these parts; options without a value are left out.</summary>
    public static string Format(string place, params ReadOnlySpan<(string Name, string? Value)> options)
    {
        var query = new List<string>();
        foreach (var (name, value) in options)
        {
            if (value is not null)
            {
                query.Add($"{name}={value.Replace("%", "%25").Replace("&", "%26")}"); // Of what stands in a URL only these two would be taken for something else.
            }
        }

        return query.Count == 0 ? place : $"{place}?{string.Join('&', query)}";
    }

    /// <summary>A prefix as an address has it.</summary>
    public static string Escape(string prefix) => string.Join('/', prefix.Split('/').Select(Uri.EscapeDataString));

    /// <summary>A prefix as keys begin with it: without empty parts between slashes (OSO's rule), and without slashes at its ends.</summary>
    public static string Normalize(string? prefix) => string.Join('/', (prefix ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The refusal of this address.</summary>
    public BackupException Wrong(string why) => new(FailureKind.Configuration,
        $"The address {ConfigurationProblems.Quote(_address)} cannot be used: {why}. It is written {_example}.");
}
