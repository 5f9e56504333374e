using KafkaBackup.Shared.Ledger;
using Xunit;

namespace KafkaBackup.Shared.Tests.Ledger;

public sealed class ReadAheadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_024)]
    [InlineData(20_001)]
    public void All_items_come_in_their_order(int count) => Assert.Equal(Enumerable.Range(0, count), ReadAhead.Of(Enumerable.Range(0, count)));

    [Fact]
    public void A_failure_comes_to_the_reader()
    {
        var failure = Assert.Throws<InvalidDataException>(() => ReadAhead.Of(Enumerable.Range(0, 9_000).Select(item => item < 8_500 ? item : throw new InvalidDataException("here"))).Count());

        Assert.Equal("here", failure.Message);
    }

    [Fact]
    public void Who_reads_no_more_has_the_list_let_go_of()
    {
        var isLetGo = false;

        Assert.Equal(0, ReadAhead.Of(Endless()).First());

        Assert.True(isLetGo);

        IEnumerable<int> Endless()
        {
            try
            {
                for (var item = 0; ; item++)
                {
                    yield return item;
                }
            }
            finally
            {
                isLetGo = true;
            }
        }
    }
}
