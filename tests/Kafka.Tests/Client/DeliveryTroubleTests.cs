using KafkaBackup.Kafka.Client;
using KafkaBackup.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Client;

/// <summary>What passes is borne for long, what somebody has to change is not.</summary>
public sealed class DeliveryTroubleTests
{
    [Theory]
    [InlineData(false, 599, false)]
    [InlineData(false, 600, true)]
    [InlineData(true, 29, false)]
    [InlineData(true, 30, true)]
    public void It_has_lasted_after_its_time(bool isHopeless, int seconds, bool expected) => LeapingClock.Run(async clock =>
    {
        var trouble = new DeliveryTrouble(clock);
        trouble.Note("It is away", isHopeless);

        await Task.Delay(TimeSpan.FromSeconds(seconds), clock);
        trouble.Note("It is away still", isHopeless);

        Assert.Equal(expected, trouble.HasLasted);
        Assert.Equal((TimeSpan.FromSeconds(seconds), "It is away still"), (trouble.Lasts, trouble.Reason));
    });

    [Fact]
    public void What_was_hopeless_for_a_moment_begins_anew_when_it_is_so_again() => LeapingClock.Run(async clock =>
    {
        var trouble = new DeliveryTrouble(clock);
        trouble.Note("The login is refused", isHopeless: true);
        await Task.Delay(TimeSpan.FromSeconds(20), clock);
        trouble.Note("It is away", isHopeless: false);
        await Task.Delay(TimeSpan.FromSeconds(20), clock);

        trouble.Note("The login is refused", isHopeless: true);

        Assert.False(trouble.HasLasted);
    });

    [Fact]
    public void Pauses_grow_and_have_a_limit() => LeapingClock.Run(async clock =>
    {
        var trouble = new DeliveryTrouble(clock);
        var pauses = new List<TimeSpan>();
        for (var number = 0; number < 8; number++)
        {
            var before = clock.Elapsed;
            await trouble.PauseAsync(CancellationToken.None);
            pauses.Add(clock.Elapsed - before);
        }

        Assert.Equal([50, 100, 200, 400, 800, 1_600, 2_000, 2_000], pauses.Select(pause => (int)pause.TotalMilliseconds));
    });
}
