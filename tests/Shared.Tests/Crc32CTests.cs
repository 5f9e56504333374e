using System.Text;
using CsCheck;
using Xunit;

namespace KafkaBackup.Shared.Tests;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_polynomial_comes_out() =>
        Assert.Equal(0xE3069283, Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void The_examples_of_RFC_3720_come_out()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
    }

    [Fact]
    public void Bytes_of_any_number_have_the_checksum_of_the_definition() =>
        Gen.Byte.Array[0, 70].Sample(bytes => Crc32C.Compute(bytes) == BitByBit(bytes));

    [Fact]
    public void It_may_be_computed_piece_by_piece() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 40])
            .Sample((first, second) => Crc32C.Append(Crc32C.Append(0, first), second) == Crc32C.Compute([.. first, .. second]));

    private static uint BitByBit(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var next in bytes)
        {
            crc ^= next;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
            }
        }

        return ~crc;
    }
}
