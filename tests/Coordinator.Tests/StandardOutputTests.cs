using Akka.Actor;
using Akka.Event;
using Xunit;

namespace KafkaBackup.Coordinator.Tests;

/// <summary>Standard output belongs to results: Akka's logger of last resort, which takes over while an actor system ends, writes nothing there.</summary>
public sealed class StandardOutputTests
{
    [Fact]
    public async Task What_Akka_logs_while_it_ends_is_not_on_standard_output()
    {
        using var system = ActorSystem.Create("quiet", CoordinatorHosting.LoadHocon("reference"));
        var (before, written) = (Console.Out, new StringWriter());
        Console.SetOut(written);
        try
        {
            system.Settings.StdoutLogger.Tell(new Info("remoting-terminator", typeof(StandardOutputTests), "Remoting shut down."));
        }
        finally
        {
            Console.SetOut(before);
        }

        await system.Terminate();
        Assert.DoesNotContain("Remoting shut down.", written.ToString(), StringComparison.Ordinal);
    }
}
