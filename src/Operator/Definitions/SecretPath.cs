namespace KafkaBackup.Operator.Definitions;

/// <summary>Where pods find what is in a Secret: a file below the folder that a variable names, so that a definition names secrets and has none in it.</summary>
public static class SecretPath
{
    /// <summary>The variable with the folder.</summary>
    public const string Variable = "KAFKA_BACKUP_SECRETS";

    private const string Root = "${" + Variable + "}/";

    /// <summary>How a definition names the file of a key.</summary>
    /// <exception cref="SpecException">One of them is no name that Kubernetes gives.</exception>
    internal static string Of(string space, string secret, string key, string path)
    {
        foreach (var part in (string[])[space, secret, key])
        {
            // No name of Kubernetes has more in it; what could lead out of the folder is no name.
            if (part.Length == 0 || part[0] == '.' || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                throw new SpecException($"{path}: '{part}' is no name of a Secret or of a key in one.");
            }
        }

        return $"{Root}{space}/{secret}/{key}";
    }

    /// <summary>The secrets that a definition names, and their keys.</summary>
    public static IReadOnlySet<SecretKey> In(string definition)
    {
        var found = new HashSet<SecretKey>();
        for (var at = definition.IndexOf(Root, StringComparison.Ordinal); at >= 0; at = definition.IndexOf(Root, at, StringComparison.Ordinal))
        {
            at += Root.Length;
            var end = definition.AsSpan(at).IndexOfAny("\"'\n ");
            var parts = definition.AsSpan(at, end < 0 ? definition.Length - at : end).ToString().Split('/');
            if (parts is [{ Length: > 0 } space, { Length: > 0 } name, { Length: > 0 } key] && !parts.Any(part => part.StartsWith('.')))
            {
                found.Add(new SecretKey(space, name, key));
            }
        }

        return found;
    }
}
