using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace KafkaBackup.Shared.Storage;

/// <summary>What is to be stored or put out, and may be large: written to a file in the directory for temporary ones, and mapped from there, so that the system can have its memory at any time.</summary>
public sealed class SpooledContent : IDisposable
{
    private readonly FileStream _file;
    private MappedFile? _mapped;

    /// <summary>Where the files are.</summary>
    public static string Folder => Path.GetTempPath();

    /// <summary>Empty content.</summary>
    /// <exception cref="StorageException">There is no room for temporary files.</exception>
    public SpooledContent()
    {
        var path = Path.Combine(Folder, $"kafka-backup-{Guid.NewGuid():N}");
        try
        {
            _file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose); // What a buffer holds would be written when it is disposed of, and fail there once more.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
    }

    /// <summary>Takes the content.</summary>
    public Stream Stream => _file;

    /// <summary>A copy that is read from its start, and is gone when it is disposed of.</summary>
    /// <param name="source">What is copied, and disposed of.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StorageException">There is no room for temporary files, or the source failed.</exception>
    public static async Task<Stream> CopyAsync(Stream source, CancellationToken cancellation)
    {
        await using var disposed = source;
        var copy = new SpooledContent();
        try
        {
            await source.CopyToAsync(copy._file, cancellation);
            copy._file.Position = 0;
            return copy._file;
        }
        catch (Exception e)
        {
            copy.Dispose();
            if (e is IOException)
            {
                throw Failed(e);
            }

            throw;
        }
    }

    /// <summary>All that was written; valid until disposal.</summary>
    /// <exception cref="StorageException">The file cannot be mapped.</exception>
    public ReadOnlySequence<byte> Read()
    {
        try
        {
            _mapped = _file.Length == 0 ? null : new MappedFile(_file);
            return _mapped?.AsSequence() ?? ReadOnlySequence<byte>.Empty;
        }
        catch (IOException e)
        {
            throw Failed(e);
        }
    }

    /// <summary>The failure of whoever met that there is no room for temporary files.</summary>
    public static StorageException Failed(Exception cause) => new(
        Folder, $"Temporary files in {Folder} cannot be written: {cause.Message.TrimEnd('.')}. Make room there, or set TMPDIR to another directory.", cause);

    /// <inheritdoc />
    public void Dispose()
    {
        _mapped?.Dispose();
        _file.Dispose();
    }

    /// <summary>The pages of a file.</summary>
    private sealed unsafe class MappedFile : IDisposable
    {
        private readonly MemoryMappedFile _map;
        private readonly MemoryMappedViewAccessor _view;
        private readonly byte* _first;
        private readonly long _length;

        public MappedFile(FileStream file)
        {
            _length = file.Length;
            _map = MemoryMappedFile.CreateFromFile(file, mapName: null, _length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _map.CreateViewAccessor(0, _length, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _first);
        }

        public ReadOnlySequence<byte> AsSequence() => SequenceLink.Chain(Windows());

        public void Dispose()
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _map.Dispose();
        }

        private List<ReadOnlyMemory<byte>> Windows()
        {
            const int Most = 1 << 26;
            var windows = new List<ReadOnlyMemory<byte>>();
            for (var at = 0L; at < _length; at += Most)
            {
                windows.Add(new Window(_first + at, (int)Math.Min(Most, _length - at)).Memory);
            }

            return windows;
        }
    }

    private sealed unsafe class Window(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
