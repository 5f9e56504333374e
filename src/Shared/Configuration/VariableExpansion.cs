using System.Text;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Replaces <c>${NAME}</c> and <c>${NAME:-default}</c> in one scalar.</summary>
/// <remarks>
/// It works on parsed scalars, so whatever a variable holds stays one value. What was put in is not looked at again, and a <c>$</c>
/// without <c>{</c> is a character like any other.
/// </remarks>
internal static class VariableExpansion
{
    private const string DefaultMark = ":-";

    /// <summary>Replaces all variables, or reports each that cannot be and returns null.</summary>
    /// <param name="text">The scalar as written.</param>
    /// <param name="environment">Gives a variable's value, or null when it is not set.</param>
    /// <param name="report">Takes a sentence for each problem; none holds a value or a default.</param>
    public static ExpandedText? Expand(string text, Func<string, string?> environment, Action<string> report)
    {
        var result = new StringBuilder();
        string? variable = null;
        var failed = false;
        var position = 0;
        for (var start = text.IndexOf("${", StringComparison.Ordinal); start >= 0; start = text.IndexOf("${", position, StringComparison.Ordinal))
        {
            result.Append(text, position, start - position);
            var end = text.IndexOf('}', start);
            var body = end < 0 ? "" : text[(start + 2)..end];
            var (name, value, problem) = Resolve(body, environment);
            if (problem is not null)
            {
                report(problem);
                failed = true;
            }

            result.Append(value);
            variable ??= name;
            position = end < 0 ? text.Length : end + 1;
        }

        result.Append(text, position, text.Length - position);
        return failed ? null : new ExpandedText(result.ToString(), variable);
    }

    private static (string? Name, string? Value, string? Problem) Resolve(string body, Func<string, string?> environment)
    {
        var mark = body.IndexOf(DefaultMark, StringComparison.Ordinal);
        var name = mark < 0 ? body : body[..mark];
        var fallback = mark < 0 ? null : body[(mark + DefaultMark.Length)..];
        if (!IsName(name))
        {
            return (null, null, "'${' starts a variable: write ${NAME} or ${NAME:-default}; only a variable can hold a text with '${' in it");
        }

        if (fallback?.Contains("${", StringComparison.Ordinal) == true)
        {
            return (name, null, $"the default of the variable {name} must not contain another variable");
        }

        // As in a shell, ':-' also replaces a variable that is set to nothing.
        var value = environment(name);
        value = fallback is not null && string.IsNullOrEmpty(value) ? fallback : value;
        return (name, value, value is null ? $"the variable {name} is not set; set it, or write ${{{name}:-default}}" : null);
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
