namespace KafkaBackup.Testing.Kafka;

/// <content>Reads that wait or fail.</content>
public sealed partial class FakeLog
{
    private readonly List<(long Offset, Func<Task> Step)> _steps = [];

    /// <summary>The first read that would start at <paramref name="offset"/> or behind it waits until the gate is opened.</summary>
    public TaskCompletionSource HoldAt(long offset)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AddStep(offset, () => gate.Task);
        return gate;
    }

    /// <summary>The first read that would start at <paramref name="offset"/> or behind it fails.</summary>
    public FakeLog FailAt(long offset, Exception failure)
    {
        AddStep(offset, () => Task.FromException(failure));
        return this;
    }

    private void AddStep(long offset, Func<Task> step)
    {
        lock (_lock)
        {
            _steps.Add((offset, step));
        }
    }

    private Func<Task>? TakeStep(long position)
    {
        lock (_lock)
        {
            var at = _steps.FindIndex(step => step.Offset <= position);
            if (at < 0)
            {
                return null;
            }

            var found = _steps[at].Step;
            _steps.RemoveAt(at);
            return found;
        }
    }
}
