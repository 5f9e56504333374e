namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads secrets: what is wrong with one is told without showing it.</summary>
internal static class SecretReader
{
    /// <summary>A password: any text but one that ends a line, which is what a file or a block of YAML adds to it.</summary>
    public static string? Password(YamlValue? value) => Read(value, text => text.AsSpan().IndexOfAny('\r', '\n') >= 0);

    /// <summary>One of the keys of S3, which have no blanks.</summary>
    public static string? Key(YamlValue? value) => Read(value, HasBlank);

    /// <summary>Whether a text has what no key has.</summary>
    public static bool HasBlank(string text) => text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    /// <summary>A secret or the file that holds it: whoever gives both means one of them.</summary>
    /// <returns>The path, or null.</returns>
    public static string? File(YamlMapReader map, string name, params string[] otherNames)
    {
        var key = name + "_file";
        var path = map.Value(key)?.Text(LocationReader.PathObjection);
        if (map.Value(key) is not null)
        {
            foreach (var literal in otherNames.Prepend(name).Select(map.Value).OfType<YamlValue>())
            {
                literal.Report($"is of no use beside {key}: give one of them");
            }
        }

        return path;
    }

    private static string? Read(YamlValue? value, Func<string, bool> isWrong)
    {
        if (value?.Text() is not { } text)
        {
            return null;
        }

        if (!isWrong(text))
        {
            return text;
        }

        value.Report("holds a line break or a blank that does not belong to it, as a file or variable may end with one; take it away");
        return null;
    }
}
