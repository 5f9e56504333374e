using System.Globalization;

namespace KafkaBackup.Shared.Configuration;

/// <summary>The one way to write a whole number here: decimal digits, with a minus in front at most; no leading zeros, no separators.</summary>
/// <remarks>YAML 1.1, YAML 1.2 and OSO's parser disagree on <c>010</c>, <c>0x10</c> and <c>1_000</c>; none of them is accepted.</remarks>
internal static class YamlNumbers
{
    /// <summary>Reads <paramref name="text"/>, or returns false when it is no such number or does not fit.</summary>
    public static bool TryParse(string text, out long number)
    {
        number = 0;
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        return digits.Length > 0
            && (digits[0] != '0' || digits.Length == 1)
            && !digits.ContainsAnyExceptInRange('0', '9')
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }
}
