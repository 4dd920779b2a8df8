namespace MolEngine.Data.Files;

/// <summary>The bytes of a corpus file, opened once: gzip unpacked, a UTF-8 byte order mark skipped.</summary>
public sealed class CorpusContent : IDisposable
{
    private const int HeadLength = 4096;

    private readonly FileStream _file;
    private readonly Stream _stream;

    private CorpusContent(string path)
    {
        Path = path;
        _file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        try
        {
            byte[] head = ReadHead(_file);
            _stream = _file;
            if (head.AsSpan().StartsWith<byte>([0x1F, 0x8B]))
            {
                _stream = new WholeGzipStream(path, new HeadStream(head, _file));
                head = ReadHead(_stream);
            }

            FileFormats.RefuseOthers(path, head);
            bool marked = head.AsSpan().StartsWith("\uFEFF"u8);
            Head = marked ? head.AsMemory(3) : head;
            Window = new ByteWindow(path, new HeadStream(Head, _stream), marked ? 3 : 0);
        }
        catch (InvalidDataException e)
        {
            _file.Dispose();
            throw Broken(path, e);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>The first bytes, for telling formats apart.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    /// <summary>All bytes, those of <see cref="Head"/> too.</summary>
    public ByteWindow Window { get; }

    /// <summary>Bytes of the file itself that were read so far (of its packed form, where it is packed).</summary>
    public long BytesRead => _file.CanSeek ? _file.Position : 0;

    /// <exception cref="UserException">There is no such file, or it is of a format that is not read.</exception>
    public static CorpusContent Open(string path)
    {
        try
        {
            return new CorpusContent(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    public static UserException Unreadable(string path, Exception e)
    {
        string got = Directory.Exists(path) ? "a file, got a folder"
            : File.Exists(path) ? $"a readable file: {e.Message}"
            : "a file, got no such file";
        return new UserException($"{path}: corpus: expected {got}", e);
    }

    public static UserException Broken(string path, InvalidDataException e) => new(
        $"{path}: corpus: expected whole gzip data, got an error while unpacking: {e.Message}", e);

    public void Dispose()
    {
        _stream.Dispose();
        _file.Dispose();
    }

    private static byte[] ReadHead(Stream stream)
    {
        byte[] head = new byte[HeadLength];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }
}
