using MolEngine.Basics.Files;

namespace MolEngine.Data.Files;

/// <summary>
/// The bytes of a corpus file, opened once: gzip and Zstandard unpacked, UTF-16 read as UTF-8, a byte order mark
/// skipped.
/// </summary>
public sealed class CorpusContent : IDisposable
{
    private const int HeadLength = 4096;

    private readonly FileStream _file;
    private readonly Stream? _unpacked;
    private readonly string _of = "of the file";
    private readonly int _skipped;
    private ByteWindow? _window;
    private long? _bytesRead;

    private CorpusContent(string path, int longestRecord)
    {
        (Path, LongestRecord) = (path, longestRecord);
        RequireFile(path);
        _file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        try
        {
            byte[] head = ReadHead(_file);
            string? packing = FileKinds.PackingOf(head);
            if (packing is not null)
            {
                var packed = new HeadStream(head, _file);
                _unpacked = packing == FileKinds.Gzip ? new WholeGzipStream(path, packed) : new WholeZstdStream(packed);
                _of += " once unpacked";
            }

            Stream stream = new CorpusStream(path, _unpacked ?? _file, packing);
            if (packing is not null)
                head = ReadHead(stream);
            FileKinds.Refuse(path, head, packing);
            int mark = FileKinds.MarkLength(head, out bool isUtf16);
            stream = new HeadStream(head.AsMemory(mark), stream);
            if (isUtf16)
            {
                stream = new Utf16Stream(path, stream, bigEndian: head[0] == 0xFE);
                _of += " as UTF-8";
                head = ReadHead(stream);
                stream = new HeadStream(head, stream);
                (mark, Head) = (0, head);
            }
            else
            {
                Head = head.AsMemory(mark);
            }

            (Bytes, _skipped) = (stream, mark);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>The first bytes, for telling formats apart.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    /// <summary>All bytes, those of <see cref="Head"/> too, from the start; read once, here or through the window.
    /// </summary>
    public Stream Bytes { get; }

    /// <summary>A window on <see cref="Bytes"/>.</summary>
    public ByteWindow Window => _window ??= new ByteWindow(Path, Bytes, _skipped, LongestRecord);

    /// <summary>Bytes of the file itself that were read so far (of its packed form, where it is packed).</summary>
    public long BytesRead => _bytesRead ?? (_file.CanSeek ? _file.Position : 0);

    /// <summary>Offset of the first of <see cref="Bytes"/>: those of a byte order mark come before.</summary>
    internal int FirstByte => _skipped;

    /// <summary>Bytes of a record, at most.</summary>
    public int LongestRecord { get; }

    /// <param name="longestRecord">Bytes that a record may have.</param>
    /// <exception cref="UserException">There is no such file, or it is of a format that is not read.</exception>
    public static CorpusContent Open(string path, int longestRecord = Limits.RecordBytes)
    {
        try
        {
            return new CorpusContent(path, longestRecord);
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

    /// <param name="packing">"gzip".</param>
    public static UserException Broken(string path, string packing, InvalidDataException e) => new(
        $"{path}: corpus: expected whole {packing} data, got an error while unpacking: {e.Message}. Fetch the file "
            + "again", e);

    /// <summary>"at byte 43 of the file": a place for people.</summary>
    /// <param name="offset">Of a byte, as <see cref="Window"/> counts them.</param>
    public string Place(long offset) => $"at byte {offset} {_of}";

    /// <summary>The file itself, for a format that does not read it from start to end.</summary>
    internal FileStream Whole => _file;

    /// <summary>Says how far such a format has come.</summary>
    internal void Advance(long bytesRead) => _bytesRead = bytesRead;

    public void Dispose()
    {
        _unpacked?.Dispose();
        _file.Dispose();
    }

    /// <summary>What is no file is not opened: a pipe would wait for its writer.</summary>
    /// <exception cref="UserException">It is a pipe, a socket or a device.</exception>
    internal static void RequireFile(string path)
    {
        string? got = FileIdentity.Of(path).Kind switch
        {
            FileKind.Pipe => "a named pipe",
            FileKind.Socket => "a socket",
            FileKind.Device => "a device",
            _ => null,
        };
        if (got is not null)
        {
            throw new UserException(
                $"{path}: corpus: expected a file, which is read more than once, got {got}. Write its content into a "
                    + "file");
        }
    }

    /// <summary>What can be read of the first bytes: a mistake in them is told when it is met again.</summary>
    private static byte[] ReadHead(Stream stream)
    {
        byte[] head = new byte[HeadLength];
        int length = 0;
        try
        {
            for (int read = -1; read != 0 && length < head.Length; length += read)
                read = stream.Read(head.AsSpan(length));
        }
        catch (BadRecordException)
        {
            // A stream that has come to its mistake stays there.
        }

        return head[..length];
    }
}
