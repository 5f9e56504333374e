using System.Text;
using System.Text.Json;

namespace KafkaBackup.Operator.Definitions;

/// <summary>Writes a definition: maps, lists of texts, and values. What is not given is not written.</summary>
internal sealed class YamlLines
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>A comment.</summary>
    public YamlLines Comment(string text) => Line($"# {text}");

    /// <summary>A text from a spec.</summary>
    /// <exception cref="SpecException">It has a variable in it: it would be replaced by what the pods of the cluster know, which is not its author's to read.</exception>
    public YamlLines Text(string key, string? value, string path)
    {
        return value is null ? this : Line($"{key}: {Quote(Checked(value, path))}");
    }

    /// <summary>A word, a number, or a path of ours.</summary>
    public YamlLines Own(string key, string? value) => value is null ? this : Line($"{key}: {Quote(value)}");

    /// <summary>A number.</summary>
    public YamlLines Number(string key, long? value) => value is null ? this : Line($"{key}: {value}");

    /// <summary>Yes or no.</summary>
    public YamlLines Flag(string key, bool? value) => value is null ? this : Line($"{key}: {(value.Value ? "true" : "false")}");

    /// <summary>Texts from a spec.</summary>
    public YamlLines List(string key, IReadOnlyList<string> values, string path)
    {
        if (values.Count == 0)
        {
            return this;
        }

        Line($"{key}:");
        foreach (var value in values)
        {
            Line($"  - {Quote(Checked(value, path))}");
        }

        return this;
    }

    /// <summary>A map.</summary>
    public YamlLines Map(string key, Action<YamlLines> write)
    {
        Line($"{key}:");
        _depth++;
        write(this);
        _depth--;
        return this;
    }

    /// <summary>A list of maps.</summary>
    public YamlLines Maps<T>(string key, IReadOnlyList<T> entries, Action<YamlLines, T> write)
    {
        if (entries.Count == 0)
        {
            return this;
        }

        Line($"{key}:");
        foreach (var entry in entries)
        {
            Line("  -");
            _depth += 2;
            write(this, entry);
            _depth -= 2;
        }

        return this;
    }

    /// <summary>A map whose keys are from a spec.</summary>
    public YamlLines Entries<T>(string key, IReadOnlyDictionary<string, T> entries, string path, Action<YamlLines, string, T> write)
    {
        return entries.Count == 0 ? this : Map(key, map =>
        {
            foreach (var (name, value) in entries)
            {
                write(map, Quote(Checked(name, path)), value);
            }
        });
    }

    /// <inheritdoc />
    public override string ToString() => _text.ToString();

    private YamlLines Line(string line)
    {
        _text.Append(' ', _depth * 2).Append(line).Append('\n');
        return this;
    }

    private static string Checked(string value, string path) => value.Contains("${", StringComparison.Ordinal)
        ? throw new SpecException($"{path} has '${{' in it, which would be taken for a variable of the nodes. Write the value itself; what is secret is named by a Secret.")
        : value;

    /// <summary>A text in JSON is one in YAML, whatever is in it.</summary>
    private static string Quote(string value) => JsonSerializer.Serialize(value, DefinitionJson.Default.String);
}
