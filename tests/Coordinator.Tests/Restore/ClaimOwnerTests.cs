using System.Diagnostics;
using KafkaBackup.Coordinator.Restore;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class ClaimOwnerTests
{
    [Fact]
    public void This_process_is_not_gone() => Assert.False(ClaimOwner.New().IsGone);

    [Fact]
    public void A_process_of_this_machine_that_has_ended_is_gone()
    {
        using var process = Process.Start("true");
        process.WaitForExit();

        Assert.True((ClaimOwner.New() with { Process = process.Id }).IsGone);
    }

    [Fact]
    public void A_process_that_has_got_the_id_of_another_is_not_that_one() => Assert.True((ClaimOwner.New() with { Began = "1" }).IsGone);

    [Theory]
    [InlineData("another boot pid:[4026531836]")]
    [InlineData(null)]
    public void Of_a_process_elsewhere_nobody_knows(string? scope) => Assert.False((ClaimOwner.New() with { Scope = scope, Process = int.MaxValue }).IsGone);
}
