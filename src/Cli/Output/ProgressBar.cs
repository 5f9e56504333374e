using Spectre.Console;

namespace KafkaBackup.Cli.Output;

/// <summary>Shows on a terminal how many of how many things are done. Elsewhere it shows nothing.</summary>
internal static class ProgressBar
{
    /// <summary>Runs <paramref name="work"/>, which tells how far it is.</summary>
    /// <param name="things">What is counted.</param>
    /// <param name="work">Gets an action that takes the number done and the number of all.</param>
    public static async Task<T> ShowAsync<T>(string things, Func<Action<int, int>, Task<T>> work)
    {
        var console = RunDisplay.StandardError();
        if (!console.Profile.Out.IsTerminal || Console.IsErrorRedirected)
        {
            return await work((_, _) => { });
        }

        return await console.Progress().AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new Spectre.Console.ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(things, maxValue: 1);
                return await work((done, all) =>
                {
                    (bar.MaxValue, bar.Value) = (all, done);
                    bar.Description = $"{done:N0}/{all:N0} {things}";
                });
            });
    }
}
