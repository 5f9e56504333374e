using System.Globalization;

namespace KafkaBackup.Testing.Protocol;

/// <summary>HOCON under which every message between actors is serialized as between nodes, and one of ours that has no wire format is refused.</summary>
/// <remarks>What a test expects without saying for how long has until <see cref="TestLimits.Hang"/> to come.</remarks>
internal static class WireHocon
{
    private const string Strict = """
        akka {
          loglevel = WARNING
          actor {
            serialize-messages = on
            serializers {
              wire = "KafkaBackup.Cli.Hosting.WireSerializer, kafka-backup"
              strict = "KafkaBackup.Testing.Protocol.StrictSerializer, ASSEMBLY"
            }
            serialization-bindings {
              "System.Object" = strict
              "KafkaBackup.Shared.Protocol.IWireMessage, KafkaBackup.Shared" = wire
            }
          }
          test {
            single-expect-default = LIMITs
            default-timeout = LIMITs
          }
        }

        """;

    /// <summary>For actor systems that run on the clock.</summary>
    public static string Real => Strict
        .Replace("ASSEMBLY", typeof(WireHocon).Assembly.GetName().Name, StringComparison.Ordinal)
        .Replace("LIMIT", TestLimits.Hang.TotalSeconds.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>The same, with timers that only a test moves on.</summary>
    public static string WithTestScheduler => Real + """
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"

        """;
}
