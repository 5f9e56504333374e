using System.Security.Cryptography;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using Xunit;
using ZstdNet;
using static KafkaBackup.Shared.Tests.Ledger.LedgerSamples;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class PartCodecTests
{
    private const string Key = "b/_cluster/parts/1";

    [Fact]
    public void Entries_come_back_sorted_and_are_named_by_first_and_last_topic()
    {
        var (stored, reference) = PartCodec.Write(
            [Entry(10, 20, partition: new PartitionId("z", 1)), Gap(5, 9), Entry(0, 5), Entry(0, 10, partition: new PartitionId("a", 10))], Key);

        Assert.Equal(
            [Entry(0, 10, partition: new PartitionId("a", 10)), Entry(0, 5), Gap(5, 9), Entry(10, 20, partition: new PartitionId("z", 1))],
            PartCodec.Read(stored, reference));
        Assert.Equal((Key, 4, "a", "z"), (reference.Key, reference.Entries, reference.FirstTopic, reference.LastTopic));
    }

    [Fact]
    public void A_part_that_is_not_the_one_that_the_head_names_is_damaged()
    {
        var (_, reference) = PartCodec.Write([Entry(0, 5)], Key);
        var (other, _) = PartCodec.Write([Entry(0, 6)], Key);

        AssertDamaged("SHA-256", other, reference);
    }

    [Fact]
    public void A_part_with_fewer_entries_than_the_head_says_is_damaged()
    {
        var (stored, reference) = PartCodec.Write([Entry(0, 5)], Key);

        AssertDamaged("holds 1 entries where head.json names 2", stored, reference with { Entries = 2 });
    }

    [Theory]
    [InlineData("")]
    [InlineData("no zstd")]
    public void A_part_that_is_no_zstd_is_damaged(string content) => AssertDamaged("", System.Text.Encoding.ASCII.GetBytes(content));

    [Theory]
    [InlineData("{}\n")]
    [InlineData("null\n")]
    [InlineData("\n")]
    [InlineData("{\"topic\":\"t\",\"partition\":0,\"base\":-3,\"next\":4}\n")]
    [InlineData("{\"topic\":\"t\",\"partition\":0,\"base\":3,\"next\":4")]
    public void A_part_with_a_line_that_is_no_entry_is_damaged(string lines)
    {
        using var compressor = new Compressor();

        AssertDamaged("", compressor.Wrap(System.Text.Encoding.UTF8.GetBytes(lines)));
    }

    [Fact]
    public void A_part_that_was_cut_off_before_it_was_named_is_damaged()
    {
        var (stored, _) = PartCodec.Write([Entry(0, 5), Entry(5, 6)], Key);

        for (var length = 0; length < stored.Length; length++)
        {
            AssertDamaged("", stored[..length]);
        }
    }

    private static void AssertDamaged(string why, byte[] stored, PartReference? reference = null)
    {
        reference ??= new PartReference(Key, Convert.ToHexStringLower(SHA256.HashData(stored)), 1, "t", "t");

        var failure = Assert.Throws<StorageException>(() => PartCodec.Read(stored, reference));

        Assert.StartsWith($"{Key} is damaged: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }
}
