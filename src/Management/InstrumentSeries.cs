using System.Diagnostics.Metrics;
using Prometheus;

namespace KafkaBackup.Management;

/// <summary>The series of one instrument. Its labels are the tags of its first measurement: all others have the same, in the same order.</summary>
internal sealed class InstrumentSeries(Instrument instrument, MetricFactory factory)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string[]> _seen = new(LabelComparer.Instance);
    private Action<string[], double>? _record;
    private Gauge? _gauge;

    /// <summary>A measurement, from any thread.</summary>
    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (names, values) = (new string[tags.Length], new string[tags.Length]);
        for (var i = 0; i < tags.Length; i++)
        {
            (names[i], values[i]) = (tags[i].Key, tags[i].Value?.ToString() ?? "");
        }

        lock (_gate)
        {
            (_record ??= Create(names))(values, value);
            if (instrument.IsObservable)
            {
                _seen.Add(values);
            }
        }
    }

    /// <summary>From now on measurements of an observable instrument are of a new look.</summary>
    public void BeginLook()
    {
        lock (_gate)
        {
            _seen.Clear();
        }
    }

    /// <summary>Forgets series of which this look told nothing.</summary>
    public void EndLook()
    {
        lock (_gate)
        {
            if (!instrument.IsObservable || _gauge is null)
            {
                return;
            }

            foreach (var gone in _gauge.GetAllLabelValues().Where(values => !_seen.Contains(values)).ToList())
            {
                _gauge.RemoveLabelled(gone);
            }
        }
    }

    private Action<string[], double> Create(string[] labels)
    {
        var help = instrument.Description ?? "";
        switch (instrument)
        {
            case Counter<long>:
                var counter = factory.CreateCounter(instrument.Name, help, labels);
                return (values, value) => counter.WithLabels(values).Inc(value);
            case Histogram<double> { Advice.HistogramBucketBoundaries: { } buckets }:
                var histogram = factory.CreateHistogram(instrument.Name, help, labels, new HistogramConfiguration { Buckets = [.. buckets] });
                return (values, value) => histogram.WithLabels(values).Observe(value);
            case { IsObservable: true } or Gauge<double>:
                _gauge = factory.CreateGauge(instrument.Name, help, labels);
                return (values, value) => _gauge.WithLabels(values).Set(value);
            default:
                throw new NotSupportedException($"Nobody has said how '{instrument.Name}' is written.");
        }
    }

    private sealed class LabelComparer : IEqualityComparer<string[]>
    {
        public static LabelComparer Instance { get; } = new();

        public bool Equals(string[]? x, string[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(string[] obj)
        {
            var hash = default(HashCode);
            foreach (var value in obj)
            {
                hash.Add(value, StringComparer.Ordinal);
            }

            return hash.ToHashCode();
        }
    }
}
