namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads a map key by key and remembers what it was asked for, so that every other key can be reported.</summary>
/// <remarks>A key without a value (<c>key:</c>, <c>key: ~</c>) counts as not given; only <see cref="Has"/> tells it from an absent one.</remarks>
internal sealed class YamlMapReader
{
    private readonly string _path;
    private readonly YamlMap _map;
    private readonly ConfigurationProblems _problems;
    private readonly Func<string, string?> _environment;
    private readonly Dictionary<string, (YamlScalar Key, YamlNode Value)> _entries = [];
    private readonly HashSet<string> _known = [];
    private bool _isOpen;

    /// <summary>Takes the map at <paramref name="path"/> and reports keys that are no text or occur twice.</summary>
    public YamlMapReader(string path, YamlMap map, ConfigurationProblems problems, Func<string, string?> environment)
    {
        (_path, _map, _problems, _environment) = (path, map, problems, environment);
        foreach (var (key, value) in map.Entries)
        {
            if (key is not YamlScalar { Tag: null } name)
            {
                problems.Add(path, key, "a key must be a single text without a tag");
            }
            else if (!_entries.TryAdd(name.Text, (name, value)))
            {
                problems.Add(PathOf(name.Text), key, $"is given twice; the first is on line {_entries[name.Text].Key.Line}");
            }
        }
    }

    /// <summary>Whether <paramref name="key"/> is there, be it without a value.</summary>
    public bool Has(string key)
    {
        _known.Add(key);
        return _entries.ContainsKey(key);
    }

    /// <summary>The value of <paramref name="key"/>, or null when there is none.</summary>
    public YamlValue? Value(string key) =>
        Has(key) && _entries[key].Value is not YamlScalar { IsNull: true } ? ValueOf(key) : null;

    /// <summary>The value of <paramref name="key"/>; that there is none is reported.</summary>
    public YamlValue? Required(string key)
    {
        if (Value(key) is { } value)
        {
            return value;
        }

        // A key that is missing at the top has no better place than the file itself.
        var place = Has(key) ? _entries[key].Key : _path.Length == 0 ? null : (YamlNode)_map;
        _problems.Add(PathOf(key), place, "is required");
        return null;
    }

    /// <summary>See <see cref="YamlValue.Text"/>.</summary>
    public string? Text(string key) => Value(key)?.Text();

    /// <summary>See <see cref="YamlValue.Int64"/>.</summary>
    public long? Int64(string key, long min, long max = long.MaxValue) => Value(key)?.Int64(min, max);

    /// <summary>As <see cref="Int64"/>, for settings that are counts.</summary>
    public int? Int32(string key, int min, int max = int.MaxValue) => (int?)Value(key)?.Int64(min, max);

    /// <summary>See <see cref="YamlValue.Boolean"/>.</summary>
    public bool? Boolean(string key) => Value(key)?.Boolean();

    /// <summary>See <see cref="YamlValue.Choice"/>.</summary>
    public string? Choice(string key, IReadOnlyList<string> accepted) => Value(key)?.Choice(accepted);

    /// <summary>See <see cref="YamlValue.TextList"/>.</summary>
    public IReadOnlyList<string>? TextList(string key) => Value(key)?.TextList();

    /// <summary>See <see cref="YamlValue.Map"/>.</summary>
    public T? Section<T>(string key, Func<YamlMapReader, T?> read)
        where T : class => Value(key)?.Map(read);

    /// <summary>All entries of a map whose keys are data; after this no key counts as unknown.</summary>
    public IEnumerable<(YamlScalar Key, YamlValue Value)> Entries()
    {
        AcceptAll();
        return _entries.Select(e => (e.Value.Key, ValueOf(e.Key)));
    }

    /// <summary>Lets every key pass, when a report about it could only mislead.</summary>
    public void AcceptAll() => _isOpen = true;

    /// <summary>Notes a problem with <paramref name="key"/>, at the place of the key.</summary>
    public void ReportKey(YamlScalar key, string message) => _problems.Add(PathOf(key.Text), key, message);

    /// <summary>Reports the keys that nobody asked for.</summary>
    public void Finish()
    {
        foreach (var (name, entry) in _entries.Where(e => !_isOpen && !_known.Contains(e.Key)))
        {
            ReportKey(entry.Key, OsoKeys.Sentence(PathOf(name)) ?? UnknownKey(name));
        }
    }

    private string UnknownKey(string name) => NearestWord.Find(name, _known) is { } nearest
        ? $"is no known key; did you mean '{nearest}'?"
        : $"is no known key; known here: {string.Join(", ", _known)}";

    private YamlValue ValueOf(string key) => new(PathOf(key), _entries[key].Value, _problems, _environment);

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";
}
