namespace KafkaBackup.Shared.Configuration;

/// <summary>One value of the file with its path, read as whatever the caller expects; what does not fit is reported and comes back as null.</summary>
/// <remarks>
/// Only questions with a small, known set of answers (<see cref="Int64"/>, <see cref="Boolean"/>, <see cref="Choice"/>, rules given to
/// <see cref="Text"/>) repeat a wrong value in their message, and only when it stands in the file itself: ask for a secret by
/// <see cref="Text"/> without a rule.
/// </remarks>
internal sealed class YamlValue(string path, YamlNode node, ConfigurationProblems problems, Func<string, string?> environment)
{
    /// <summary>The explicit tag of the value, or null.</summary>
    public string? Tag => node.Tag;

    /// <summary>Whether the value is a map.</summary>
    public bool IsMap => node is YamlMap;

    /// <summary>Whether it says "no value".</summary>
    public bool IsNull => node is YamlScalar { IsNull: true };

    /// <summary>The same value as if it had no tag, for a caller who has dealt with it.</summary>
    public YamlValue WithoutTag() => new(path, node with { Tag = null }, problems, environment);

    /// <summary>Notes that this value is wrong.</summary>
    public void Report(string message) => problems.Add(path, node, message);

    /// <summary>Notes that <paramref name="text"/>, which was read from this value, breaks a rule: "must be ...".</summary>
    public void Reject(ExpandedText text, string rule) => Report(
        text.Variable is null ? $"{rule}, not {ConfigurationProblems.Quote(text.Value)}" : $"{rule}; what the variable {text.Variable} gives is not");

    /// <summary>A text that is not empty and for which <paramref name="rule"/> has no objection ("must be ...").</summary>
    public string? Text(Func<string, string?>? rule = null)
    {
        if (Scalar("a text") is not { } text)
        {
            return null;
        }

        if (rule?.Invoke(text.Value) is not { } objection)
        {
            return text.Value;
        }

        Reject(text, objection);
        return null;
    }

    /// <summary>A text with its variables replaced; not empty, not null.</summary>
    public ExpandedText? Scalar(string expected)
    {
        if (!Untagged())
        {
            return null;
        }

        if (node is not YamlScalar scalar)
        {
            Report($"must be {expected}, not a {(node is YamlMap ? "map" : "list")}");
            return null;
        }

        var text = scalar.IsNull ? new ExpandedText("", null) : VariableExpansion.Expand(scalar.Text, environment, Report);
        if (text is not { Value.Length: 0 })
        {
            return text;
        }

        Report(text.Variable is null ? $"must be {expected}, not empty" : $"must be {expected}; what the variable {text.Variable} gives is empty");
        return null;
    }

    /// <summary>A whole number in decimal digits between two bounds, both inclusive. Quoted digits are a text, unless a variable gave them.</summary>
    public long? Int64(long min, long max = long.MaxValue)
    {
        var expected = max == long.MaxValue ? $"a whole number of {min} or more" : $"a whole number from {min} to {max}";
        if (Scalar(expected) is not { } text)
        {
            return null;
        }

        if (IsPlainOrVariable(text) && YamlNumbers.TryParse(text.Value, out var number) && number >= min && number <= max)
        {
            return number;
        }

        Reject(text, $"must be {expected}{Unquoted(text)}");
        return null;
    }

    /// <summary><c>true</c> or <c>false</c>, and no other word for it.</summary>
    public bool? Boolean()
    {
        if (Scalar("true or false") is not { } text)
        {
            return null;
        }

        if (IsPlainOrVariable(text) && text.Value is ("true" or "false"))
        {
            return text.Value == "true";
        }

        Reject(text, $"must be true or false{Unquoted(text)}");
        return null;
    }

    /// <summary>One of the <paramref name="accepted"/> words or of the <paramref name="older"/> spellings, which no message recommends;
    /// some others may have a sentence of their own in <paramref name="refused"/>.</summary>
    public string? Choice(IReadOnlyList<string> accepted, IReadOnlyList<string>? older = null, IReadOnlyDictionary<string, string>? refused = null)
    {
        var expected = string.Join(" or ", accepted);
        if (Scalar(expected) is not { } text)
        {
            return null;
        }

        if (accepted.Concat(older ?? []).Contains(text.Value, StringComparer.Ordinal))
        {
            return text.Value;
        }

        if (refused?.GetValueOrDefault(text.Value) is { } sentence)
        {
            Report(sentence);
        }
        else
        {
            Reject(text, $"must be {expected}");
        }

        return null;
    }

    /// <summary>A list of texts, each as in <see cref="Text"/>. One text alone is no list, however many names it holds.</summary>
    public IReadOnlyList<string>? TextList(Func<string, string?>? rule = null)
    {
        if (!Untagged())
        {
            return null;
        }

        if (node is YamlList list)
        {
            var entries = list.Items.Select((item, i) => new YamlValue($"{path}[{i}]", item, problems, environment));
            List<string> texts = [.. entries.Select(entry => entry.Text(rule)).OfType<string>()];
            return texts.Count == list.Items.Count ? texts : null;
        }

        Report($"must be a list, not a {(node is YamlMap ? "map" : "single value")}: write each entry on a line of its own, after '- '");
        return null;
    }

    /// <summary>A list of maps, each read by <paramref name="read"/>; those that are wrong are reported and left out.</summary>
    public IReadOnlyList<T> MapList<T>(Func<YamlMapReader, T?> read)
        where T : class
    {
        if (!Untagged())
        {
            return [];
        }

        if (node is YamlList list)
        {
            return [.. list.Items.Select((item, i) => new YamlValue($"{path}[{i}]", item, problems, environment).Map(read)).OfType<T>()];
        }

        Report($"must be a list, not a {(node is YamlMap ? "map" : "single value")}: begin each entry with '- '");
        return [];
    }

    /// <summary>A map, read by <paramref name="read"/>; keys that it did not ask for are reported.</summary>
    public T? Map<T>(Func<YamlMapReader, T?> read)
        where T : class
    {
        if (!Untagged())
        {
            return null;
        }

        if (node is not YamlMap map)
        {
            Report($"must be a map of keys and values, not a {(node is YamlList ? "list" : "single value")}");
            return null;
        }

        var reader = new YamlMapReader(path, map, problems, environment);
        var result = read(reader);
        reader.Finish();
        return result;
    }

    private bool Untagged()
    {
        if (node.Tag is null)
        {
            return true;
        }

        Report("must not have a YAML tag; a value that begins with '!' needs quotes");
        return false;
    }

    private bool IsPlainOrVariable(ExpandedText text) => text.Variable is not null || node is YamlScalar { IsPlain: true };

    private string Unquoted(ExpandedText text) => IsPlainOrVariable(text) ? "" : " without quotes";
}
