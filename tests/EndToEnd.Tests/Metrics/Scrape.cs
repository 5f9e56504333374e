using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaBackup.EndToEnd.Tests.Metrics;

/// <summary>What Prometheus would read.</summary>
internal sealed record Scrape(IReadOnlyDictionary<string, double> Series)
{
    private static readonly Regex Label = new("(?<name>[a-z_]+)=\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>Reads the numbers at <paramref name="address"/>; null when nobody answers there yet.</summary>
    public static async Task<Scrape?> TryReadAsync(HttpClient client, string address)
    {
        try
        {
            var lines = (await client.GetStringAsync(address)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#');
            return new Scrape(lines.Select(line => line.LastIndexOf(' ') is var at ? (line[..at], line[(at + 1)..]) : default).ToDictionary(
                series => series.Item1, series => double.Parse(series.Item2, CultureInfo.InvariantCulture), StringComparer.Ordinal));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>A series; NaN when there is none.</summary>
    public double this[string series] => Series.GetValueOrDefault(series, double.NaN);

    /// <summary>The names of all series.</summary>
    public IReadOnlySet<string> Names => Series.Keys.Select(series => series.Split('{')[0]).ToHashSet(StringComparer.Ordinal);

    /// <summary>The labels of a metric, without the bounds of buckets; null when it has no series.</summary>
    public IReadOnlyList<string>? LabelsOf(string name) => Series.Keys.FirstOrDefault(series => series.Split('{')[0] == name) is { } found
        ? [.. Label.Matches(found).Select(match => match.Groups["name"].Value).Where(label => label != "le")]
        : null;
}
