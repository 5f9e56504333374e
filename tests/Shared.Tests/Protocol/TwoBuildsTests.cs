using System.Text;
using System.Text.Json;
using KafkaBackup.Shared.Protocol;
using Xunit;

namespace KafkaBackup.Shared.Tests.Protocol;

/// <summary>This build and an earlier one, as two nodes have them in the middle of an upgrade.</summary>
public sealed class TwoBuildsTests
{
    private static readonly EarlierBuild Earlier = new();

    public static TheoryData<string> Names => [.. WireExamples.All.Select(example => example.Name)];

    [Fact]
    public void The_earlier_one_is_another_build_with_the_messages_of_then()
    {
        Assert.NotSame(typeof(WireFormat).Assembly, Earlier.Read("""{"backup":"nightly"}"""u8, "b.get.1").GetType().Assembly);
        Assert.Equal(33, Earlier.Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_understands_what_the_other_writes_or_refuses_it_by_its_name(string name)
    {
        var written = WireFormat.Write(WireExamples.All.Single(example => example.Name == name).Message);
        if (!IsKnown(written, name))
        {
            Assert.Contains("it comes from a newer program", Assert.ThrowsAny<Exception>(() => Earlier.Read(written, name)).Message, StringComparison.Ordinal);
            return;
        }

        var there = Earlier.Read(written, name);
        var answered = Earlier.Write(there);
        var back = WireFormat.Read(answered, Earlier.NameOf(there));

        AssertHolds(Parse(written), Parse(answered), name);
        Assert.Equal(Encoding.UTF8.GetString(answered), Encoding.UTF8.GetString(Earlier.Write(Earlier.Read(WireFormat.Write(back), name))));
    }

    private static bool IsKnown(byte[] written, string name)
    {
        try
        {
            _ = Earlier.Read(written, name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static JsonElement Parse(byte[] json) => json.Length == 0 ? default : JsonDocument.Parse(json).RootElement;

    /// <summary>All that the earlier build knows of a message is there, with the value that it was written with.</summary>
    private static void AssertHolds(JsonElement whole, JsonElement part, string path)
    {
        Assert.True(whole.ValueKind == part.ValueKind, $"{path}: {part} instead of {whole}");
        switch (part.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in part.EnumerateObject())
                {
                    AssertHolds(whole.GetProperty(member.Name), member.Value, $"{path}.{member.Name}");
                }

                break;
            case JsonValueKind.Array:
                Assert.Equal(whole.GetArrayLength(), part.GetArrayLength());
                foreach (var (mine, theirs) in whole.EnumerateArray().Zip(part.EnumerateArray()))
                {
                    AssertHolds(mine, theirs, path);
                }

                break;
            case JsonValueKind.Undefined:
                break;
            default:
                Assert.True(whole.GetRawText() == part.GetRawText(), $"{path}: {part} instead of {whole}");
                break;
        }
    }
}
