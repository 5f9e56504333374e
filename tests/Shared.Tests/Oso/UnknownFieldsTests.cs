using System.Text.Json;
using KafkaBackup.Shared.Oso;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

public sealed class UnknownFieldsTests
{
    [Fact]
    public void Several_pieces_of_one_thing_keep_the_fields_of_all_and_the_first_value_of_each()
    {
        var merged = UnknownFields.Merge(Fields("""{"a": 1}"""), null, Fields("{}"), Fields("""{"a": 2, "b": 3}"""), Fields("""{"b": 4, "c": [5]}"""));

        Assert.Equal("""{"a":1,"b":3,"c":[5]}""", JsonSerializer.Serialize(merged!.OrderBy(field => field.Key).ToDictionary()));
    }

    [Fact]
    public void Without_any_there_are_none() => Assert.Null(UnknownFields.Merge(null, Fields("{}")));

    private static Dictionary<string, JsonElement> Fields(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
}
