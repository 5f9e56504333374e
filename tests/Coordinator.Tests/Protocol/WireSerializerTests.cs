using Akka.Actor;
using KafkaBackup.Cli.Hosting;
using KafkaBackup.Shared.Tests.Protocol;
using KafkaBackup.Testing.Protocol;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Protocol;

public sealed class WireSerializerTests() : PatientTestKit(WireHocon.Real)
{
    public static TheoryData<string> Names => [.. WireExamples.All.Select(example => example.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_the_one_chosen_for_every_wire_message(string name)
    {
        var message = WireExamples.All.Single(example => example.Name == name).Message;

        var serializer = Assert.IsType<WireSerializer>(Sys.Serialization.FindSerializerFor(message));

        Assert.Equal(name, serializer.Manifest(message));
        var back = Sys.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, name);
        Assert.Equivalent(message, back, strict: true);
    }

    [Fact]
    public void Its_number_never_changes() => Assert.Equal(22_601, new WireSerializer((ExtendedActorSystem)Sys).Identifier);
}
