using CsCheck;
using KafkaBackup.Kafka.Wire.Records;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire.Records;

public sealed class VarintTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(1, "02")]
    [InlineData(63, "7e")]
    [InlineData(-64, "7f")]
    [InlineData(64, "8001")]
    [InlineData(8192, "808001")]
    [InlineData(int.MaxValue, "feffffff0f")]
    [InlineData(int.MinValue, "ffffffff0f")]
    [InlineData(long.MaxValue, "feffffffffffffffff01")]
    [InlineData(long.MinValue, "ffffffffffffffffff01")]
    public void A_number_is_written_as_zigzag_seven_bits_a_byte(long number, string bytes) =>
        Assert.Equal(bytes, Convert.ToHexStringLower(Written(number)));

    [Fact]
    public void Every_32_bit_number_comes_back() =>
        Gen.Int.Sample(number =>
        {
            var (at, bytes) = (0, Written(number));
            return Varint.TryRead(bytes, ref at, out var read) && read == number && at == bytes.Length && at == Varint.SizeOf(number);
        });

    [Fact]
    public void Every_64_bit_number_comes_back() =>
        Gen.Select(Gen.Long, Gen.Int[0, 63], (bits, shift) => bits >> shift).Sample(number =>
        {
            var (at, bytes) = (0, Written(number));
            return Varint.TryReadLong(bytes, ref at, out var read) && read == number && at == bytes.Length && at == Varint.SizeOf(number);
        });

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("ffffffff")]
    [InlineData("ffffffff10")]
    [InlineData("ffffffff8f00")]
    public void Too_few_bytes_or_more_than_32_bits_are_refused(string bytes)
    {
        var at = 0;

        Assert.False(Varint.TryRead(Convert.FromHexString(bytes), ref at, out _));
        Assert.Equal(0, at);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ffffffff8f")]
    [InlineData("ffffffffffffffffff02")]
    [InlineData("ffffffffffffffffff8100")]
    public void Too_few_bytes_or_more_than_64_bits_are_refused(string bytes)
    {
        var at = 0;

        Assert.False(Varint.TryReadLong(Convert.FromHexString(bytes), ref at, out _));
        Assert.Equal(0, at);
    }

    private static byte[] Written(long number)
    {
        var bytes = new byte[Varint.MaxLongSize];
        return bytes[..Varint.Write(bytes, number)];
    }
}
