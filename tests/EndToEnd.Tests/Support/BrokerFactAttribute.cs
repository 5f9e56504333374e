namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>A test that needs a Kafka broker; skipped when none is named.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrokerFactAttribute : FactAttribute
{
    public BrokerFactAttribute() => Skip = TestBroker.ReasonToSkip;
}

/// <summary>A theory that needs a Kafka broker; skipped when none is named.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrokerTheoryAttribute : TheoryAttribute
{
    public BrokerTheoryAttribute() => Skip = TestBroker.ReasonToSkip;
}
