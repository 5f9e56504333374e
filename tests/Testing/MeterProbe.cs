using System.Diagnostics.Metrics;

namespace KafkaBackup.Testing;

/// <summary>What the instruments of one meter have told: sums of counters, the last of gauges, how many of histograms.</summary>
public sealed class MeterProbe : IDisposable
{
    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _series = [];
    private readonly HashSet<string> _observed = [];

    public MeterProbe(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The instruments of the meter.</summary>
    public IList<Instrument> Instruments { get; } = [];

    /// <summary>A series as it is now, named as in <c>name{a=1,b=2}</c>; null when there is none.</summary>
    public double? this[string series] => Read().TryGetValue(series, out var value) ? value : null;

    /// <summary>All series as they are now.</summary>
    public IReadOnlyDictionary<string, double> Read()
    {
        lock (_gate)
        {
            foreach (var series in _observed)
            {
                _series.Remove(series);
            }

            _observed.Clear();
            _listener.RecordObservableInstruments();
            return new Dictionary<string, double>(_series);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        var series = labels.Length == 0 ? instrument.Name : $"{instrument.Name}{{{labels}}}";
        lock (_gate)
        {
            if (instrument.IsObservable)
            {
                _observed.Add(series);
            }

            var isLast = instrument.IsObservable || instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);
            _series[series] = isLast ? value
                : _series.GetValueOrDefault(series) + (instrument.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal) ? 1 : value);
        }
    }
}
