namespace KafkaBackup.Cli.Pbm;

/// <summary>Lets Ctrl+C end the command that is under way, and not the shell.</summary>
internal sealed class Interrupts
{
    private readonly Lock _gate = new();
    private UnderWay? _current;

    /// <summary>Begins a command; to be disposed at its end.</summary>
    public UnderWay Begin()
    {
        lock (_gate)
        {
            return _current = new UnderWay(this);
        }
    }

    /// <summary>Ends the command that is under way, and says whether there was one.</summary>
    public bool Interrupt()
    {
        lock (_gate)
        {
            _current?.Cancel();
            return _current is not null;
        }
    }

    /// <summary>A command.</summary>
    internal sealed class UnderWay(Interrupts owner) : IDisposable
    {
        private readonly CancellationTokenSource _ended = new();

        /// <summary>Cancelled by Ctrl+C.</summary>
        public CancellationToken Token => _ended.Token;

        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._current = null;
                _ended.Dispose();
            }
        }

        internal void Cancel() => _ended.Cancel();
    }
}
