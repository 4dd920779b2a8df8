using System.Text;
using System.Text.Json;

namespace MolEngine.Data.Files;

/// <summary>What files are, told by their first bytes: how they are packed, and what is known and not read.</summary>
internal static class FileKinds
{
    public const string Gzip = "gzip";
    public const string Zstandard = "Zstandard";

    private const string Read = "text, JSON, CSV or Parquet";
    private const string Markup = "Make text or Markdown of it, or say format: text to train on its markup";
    private const string Unpack = "Unpack it, and name the folder";

    /// <summary>Where a tar archive names itself.</summary>
    private const int TarMark = 257;

    /// <summary>Kinds that are known by their start: what they are, and what to do.</summary>
    private static readonly (byte[] Start, string What)[] NotRead =
    [
        ([0xFF, 0xFE, 0, 0], "UTF-32 (by its byte order mark). Convert it to UTF-8"),
        ([0, 0, 0xFE, 0xFF], "UTF-32 (by its byte order mark). Convert it to UTF-8"),
        ([.. "%PDF-"u8], "PDF. Convert it to text (pdftotext FILE.pdf) and look at what comes out"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Office file (.doc, .xls). Save a document as plain text, a table as CSV"),
        ([.. "{\\rtf"u8], "RTF. Save it as plain text"),
        ([.. "7z"u8, 0xBC, 0xAF], $"a 7z archive. {Unpack}"),
        ([.. "Rar!"u8], $"a RAR archive. {Unpack}"),
        ([0xFD, .. "7zXZ"u8], "xz. Unpack it (xz -d FILE), or pack it with gzip or zstd"),
        ([.. "BZh"u8], "bzip2. Unpack it (bzip2 -d FILE), or pack it with gzip or zstd"),
        ([0x04, 0x22, 0x4D, 0x18], "LZ4. Unpack it (lz4 -d FILE), or pack it with gzip or zstd"),
        ([.. "ARROW1"u8], "Arrow IPC. Convert it to Parquet (datasets: to_parquet)"),
        ([0xFF, 0xFF, 0xFF, 0xFF], "an Arrow stream, as `datasets` keeps in its cache. Convert it to Parquet "
            + "(datasets: to_parquet)"),
        ([.. "FEA1"u8], "Feather. Convert it to Parquet"),
        ([.. "ORC"u8], "ORC. Convert it to Parquet"),
        ([.. "Obj\u0001"u8], "Avro. Convert it to Parquet or JSONL"),
        ([.. "PARE"u8], "encrypted Parquet. Decrypt it"),
        ([.. "SQLite format 3"u8], "an SQLite database. Export a table as CSV"),
        ([0x89, .. "HDF"u8], "HDF5. Convert it to Parquet or JSONL"),
        ([0x93, .. "NUMPY"u8], "a NumPy array. Token ids are not read: give the text they were made of"),
        ([.. "GGUF"u8], "a model's weights (GGUF). Give text"),
        ([.. "\u007fELF"u8], "a program. Give text"),
        ([0x89, .. "PNG"u8], "an image. Give text"),
        ([0xFF, 0xD8, 0xFF], "an image. Give text"),
        ([.. "version https://git-lfs.github.com/"u8], "a pointer of Git LFS instead of the file. Fetch the file with "
            + "git lfs pull"),
    ];

    /// <summary>Kinds of ZIP archives, by the name of a file that each has.</summary>
    private static readonly (string Holds, string What)[] Archives =
    [
        ("word/", "a Word document (.docx). Save it as plain text or Markdown (pandoc FILE.docx -o FILE.md)"),
        ("xl/", "an Excel table (.xlsx). Save each sheet as CSV UTF-8"),
        ("ppt/", "a PowerPoint file (.pptx). Save its text as plain text"),
        ("application/epub+zip", "an e-book (EPUB). Convert it to text (pandoc FILE.epub -t plain -o FILE.txt)"),
        ("application/vnd.oasis.opendocument.text", "an OpenDocument text (.odt). Save it as plain text"),
        ("application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument table (.ods). Save each sheet as CSV"),
        ("[Content_Types].xml", "an Office file (.docx, .xlsx). Save a document as plain text, a table as CSV UTF-8"),
    ];

    /// <summary><see cref="Gzip"/> or <see cref="Zstandard"/>; null where a file that begins so is not packed.
    /// </summary>
    public static string? PackingOf(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith<byte>([0x1F, 0x8B]))
            return Gzip;
        bool skippable = head.Length >= 4 && (head[0] & 0xF0) == 0x50
            && head[1..4].SequenceEqual<byte>([0x2A, 0x4D, 0x18]);
        return skippable || head.StartsWith<byte>([0x28, 0xB5, 0x2F, 0xFD]) ? Zstandard : null;
    }

    /// <summary>Whether a file that begins so is Parquet.</summary>
    public static bool IsParquet(ReadOnlySpan<byte> head) => head.StartsWith("PAR1"u8);

    /// <summary>Bytes of the byte order mark: 3 of UTF-8, 2 of UTF-16, else 0.</summary>
    public static int MarkLength(ReadOnlySpan<byte> head, out bool isUtf16)
    {
        isUtf16 = head.StartsWith<byte>([0xFF, 0xFE]) || head.StartsWith<byte>([0xFE, 0xFF]);
        return isUtf16 ? 2 : head.StartsWith("\uFEFF"u8) ? 3 : 0;
    }

    /// <param name="packing">As <see cref="PackingOf"/> had it: <paramref name="head"/> is unpacked.</param>
    /// <exception cref="UserException">A file that begins so is known to be none that is read.</exception>
    public static void Refuse(string path, ReadOnlySpan<byte> head, string? packing)
    {
        foreach ((byte[] start, string what) in NotRead)
        {
            if (head.StartsWith(start))
                throw Refusal(path, what);
        }

        if (head.StartsWith<byte>([0x50, 0x4B, 3, 4]))
            throw Refusal(path, ArchiveKind(head));
        if (head.Length > TarMark + 5 && head[TarMark..].StartsWith("ustar"u8))
            throw Refusal(path, $"a tar archive. {Unpack}");
        if (packing is not null && PackingOf(head) is { } again)
            throw Refusal(path, $"{again} within {packing}. Unpack it once");
        if (packing is not null && IsParquet(head))
            throw Refusal(path, $"Parquet within {packing}. Unpack it: Parquet is packed in itself");
        if (MarkLength(head, out _) == 0 && UnmarkedUtf16(head) is { } order)
        {
            throw Refusal(
                path, $"UTF-16 without a byte order mark (every second byte is 0). Convert it to UTF-8 "
                    + $"(iconv -f UTF-16{order} -t UTF-8)");
        }
    }

    /// <summary>Markup that is text too: refused unless the config says that it is meant.</summary>
    /// <exception cref="UserException">A file that begins so is HTML or XML.</exception>
    public static void RefuseMarkup(string path, ReadOnlySpan<byte> head)
    {
        string start = Encoding.Latin1.GetString(head[..Math.Min(head.Length, 512)]).TrimStart();
        bool Is(string tag) => start.StartsWith(tag, StringComparison.OrdinalIgnoreCase);
        if (Is("<!doctype html") || Is("<html"))
            throw Refusal(path, $"HTML. {Markup}");
        if (Is("<?xml"))
            throw Refusal(path, $"XML. {Markup}");
    }

    /// <summary>Records under a name of plain text: refused unless the config says that their braces are meant.
    /// </summary>
    /// <exception cref="UserException">The first line of a file that begins so is a JSON object.</exception>
    public static void RefuseRecords(string path, ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.TrimStart(" \t\r\n"u8);
        int end = text.IndexOf((byte)'\n');
        if (!text.StartsWith("{"u8) || !IsObject(end < 0 ? text : text[..end], whole: end >= 0))
            return;
        throw new UserException(
            $"{path}: corpus: expected plain text, as its name says, got JSON records. Say format: json to read them, "
                + "or format: text to train on them as they stand");
    }

    /// <param name="whole">Whether the object ends within the bytes.</param>
    private static bool IsObject(ReadOnlySpan<byte> json, bool whole)
    {
        var reader = new Utf8JsonReader(json, isFinalBlock: whole, state: default);
        int read = 0;
        try
        {
            while (reader.Read())
                read++;
            return read > (whole ? 0 : 1);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static UserException Refusal(string path, string what) =>
        new($"{path}: corpus: expected {Read}, got {what}");

    private static string ArchiveKind(ReadOnlySpan<byte> head)
    {
        foreach ((string holds, string what) in Archives)
        {
            if (head.IndexOf(Encoding.ASCII.GetBytes(holds)) >= 0)
                return what;
        }

        return $"a ZIP archive. {Unpack}";
    }

    /// <summary>"LE" or "BE" where zero bytes stand in every second place alone, as in UTF-16 of most scripts.
    /// </summary>
    private static string? UnmarkedUtf16(ReadOnlySpan<byte> head)
    {
        Span<int> zeros = stackalloc int[2];
        zeros.Clear();
        for (int i = 0; i < head.Length; i++)
            zeros[i & 1] += head[i] == 0 ? 1 : 0;
        int most = Math.Max(zeros[0], zeros[1]);
        bool plain = Math.Min(zeros[0], zeros[1]) == 0
            && (most * 8 >= head.Length || (most > 0 && !System.Text.Unicode.Utf8.IsValid(head)));
        return !plain || most == 0 ? null : zeros[1] > 0 ? "LE" : "BE";
    }
}
