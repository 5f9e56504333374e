using Akka.TestKit.Xunit2;

namespace KafkaBackup.Testing.Protocol;

/// <summary>A test kit that waits until <see cref="TestLimits.Hang"/> for what has to come, and sees it soon after it came.</summary>
public abstract class PatientTestKit(string hocon) : TestKit(hocon)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits for a condition. The kit's own looks at it ten times within the limit, whatever that is.</summary>
    protected Task AwaitConditionAsync(Func<Task<bool>> condition) => AwaitConditionAsync(condition, TestLimits.Hang, Interval);

    /// <summary>Waits until an assertion holds.</summary>
    protected Task AwaitAssertAsync(Action assertion) => AwaitAssertAsync(assertion, TestLimits.Hang, Interval);

    /// <summary>Waits until an assertion holds.</summary>
    protected Task AwaitAssertAsync(Func<Task> assertion) => AwaitAssertAsync(assertion, TestLimits.Hang, Interval);
}
