using MolEngine.Basics.Files;

namespace MolEngine.Hub.Downloads;

/// <summary>
/// The part of a blob that has come so far, on the disk. Trouble with the disk is an error for people.
/// </summary>
internal sealed class BlobWriter : IAsyncDisposable
{
    private readonly FileStream _file;

    private BlobWriter(FileStream file) => _file = file;

    /// <summary>Bytes that are there.</summary>
    public long Length { get; private set; }

    /// <summary>Goes on with a file, or begins it.</summary>
    public static BlobWriter Open(string path)
    {
        FileStream? file = null;
        DurableFiles.Guarded(path, () => file = new FileStream(
            path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0));
        file!.Position = file.Length;
        return new BlobWriter(file) { Length = file.Length };
    }

    public async Task Write(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await _file.WriteAsync(bytes, cancel);
            Length += bytes.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(_file.Name, e);
        }
    }

    /// <summary>Begins again; returns how many bytes that throws away.</summary>
    public long Clear()
    {
        DurableFiles.Guarded(_file.Name, () => _file.SetLength(0));
        _file.Position = 0;
        long thrown = Length;
        Length = 0;
        return thrown;
    }

    /// <summary>Waits until the disk has all of it.</summary>
    public void Flush() => DurableFiles.Guarded(_file.Name, () => DurableFile.Flush(_file));

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
