using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using MolEngine.Basics.Values;
using ParquetSharp;
using ParquetSharp.IO;

namespace MolEngine.Data.Files.Parquet;

/// <summary>A Parquet file, a row at a time. Of a row group only the pages at hand are in memory.</summary>
internal sealed partial class ParquetTable : IDisposable
{
    private const int MarkLength = 4;
    private const int ShortestFile = 12;

    /// <summary>What the library says, and what that means.</summary>
    private static readonly (string Says, string Meant)[] Reasons =
    [
        ("thrift", "the description is damaged"),
        ("CRC", "the data's checksum is wrong"),
        ("checksum", "the data's checksum is wrong"),
        ("codec", "the data are packed in a way that the library does not know"),
        ("end of stream", "the data end too early"),
        ("EOF", "the data end too early"),
        ("footer", "the description is damaged"),
        ("corrupt", "the data cannot be unpacked"),
        ("decompress", "the data cannot be unpacked"),
    ];

    private readonly CorpusContent _content;
    private readonly ParquetFileReader _file;
    private readonly int _groups;
    private int _group = -1;
    private long _rowsLeft;
    private ParquetRows? _rows;

    /// <exception cref="UserException">The file is not whole, or no Parquet that can be read.</exception>
    /// <exception cref="EnvironmentFaultException">The library is not there for this system.</exception>
    public ParquetTable(CorpusContent content)
    {
        _content = content;
        RequireWhole(content);
        _file = Guarded(
            () =>
            {
                using ReaderProperties how = ReaderProperties.GetDefaultReaderProperties();
                how.EnableBufferedStream();
                how.EnablePageChecksumVerification();
                return new ParquetFileReader(new ManagedRandomAccessFile(content.Whole, leaveOpen: true), how);
            },
            "in its description at the end");
        _groups = Guarded(() => _file.FileMetaData.NumRowGroups, "in its description at the end");
    }

    /// <summary>The next row; false after the last.</summary>
    /// <param name="problem">What is wrong with a value of it; null where nothing is.</param>
    /// <exception cref="UserException">Data of the row group are broken.</exception>
    public bool Next([NotNullWhen(true)] out MapValue? fields, out (string Column, string Detail)? problem)
    {
        (fields, problem) = (null, null);
        while (_rowsLeft == 0)
        {
            if (!NextGroup())
                return false;
        }

        _rowsLeft--;
        fields = Guarded(() => _rows!.Next(), $"in row group {_group}");
        problem = _rows!.Problem;
        return true;
    }

    public void Dispose()
    {
        _rows?.Dispose();
        _file.Dispose();
    }

    private static void RequireWhole(CorpusContent content)
    {
        FileStream file = content.Whole;
        Span<byte> mark = stackalloc byte[MarkLength];
        if (!FileKinds.IsParquet(content.Head.Span))
        {
            throw new UserException(
                $"{content.Path}: corpus: expected Parquet, got a file that does not begin with PAR1. Name it by what "
                    + "it holds, or say its format");
        }

        bool whole = file.Length >= ShortestFile;
        if (whole)
        {
            file.Seek(-MarkLength, SeekOrigin.End);
            file.ReadExactly(mark);
            whole = mark.SequenceEqual("PAR1"u8);
            file.Seek(0, SeekOrigin.Begin);
        }

        if (!whole)
        {
            throw new UserException(
                $"{content.Path}: corpus: expected whole Parquet, got a file that does not end with PAR1: it was cut "
                    + "off. Fetch it again");
        }
    }

    private bool NextGroup()
    {
        _rows?.Dispose();
        _rows = null;
        if (++_group >= _groups)
            return false;
        _rows = Guarded(
            () => new ParquetRows(_file.FileMetaData.Schema, _file.RowGroup(_group)), $"in row group {_group}");
        _rowsLeft = _rows.Count;
        _content.Advance(_content.Whole.Length * _group / _groups);
        return true;
    }

    /// <summary>What the library throws, told for people.</summary>
    private T Guarded<T>(Func<T> read, string where)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or TypeInitializationException
            or EntryPointNotFoundException)
        {
            string reason = e.Message.ReplaceLineEndings("\n").Split('\n')[0];
            throw new EnvironmentFaultException(
                $"{_content.Path}: corpus: expected the library that reads Parquet beside the program "
                    + $"(ParquetSharpNative.so; .dll on Windows), got none that this system can load: {reason} Put it "
                    + "there, or convert the file to JSONL", e);
        }
        catch (ColumnException e)
        {
            throw Broken($"{where}, column {e.Column} ({e.Codec})", e.InnerException!);
        }
        catch (Exception e) when (IsOfLibrary(e))
        {
            throw Broken(where, e);
        }

        UserException Broken(string place, Exception e) => new(
            $"{_content.Path}: corpus: expected whole Parquet, got an error {place}: {Reason(e)}. Fetch or write the "
                + "file again", e);
    }

    /// <summary>Whether an exception is one of those that broken data give.</summary>
    internal static bool IsOfLibrary(Exception e) =>
        e is ParquetException or ArgumentException or NotSupportedException or InvalidOperationException
            or ArithmeticException or IOException or InvalidCastException or FormatException
            or IndexOutOfRangeException;

    /// <summary>Why, in our words where the library's are known; else its sentence without names of classes.</summary>
    private static string Reason(Exception e)
    {
        string text = Wrapped().Match(e.Message) is { Success: true } match ? match.Groups[1].Value : e.Message;
        foreach ((string says, string meant) in Reasons)
        {
            if (text.Contains(says, StringComparison.OrdinalIgnoreCase))
                return meant;
        }

        return ClassName().Replace(text, "").ReplaceLineEndings(" ").Trim().TrimEnd('.');
    }

    [GeneratedRegex(@"\(message: '(.*)'\)", RegexOptions.Singleline)]
    private static partial Regex Wrapped();

    [GeneratedRegex(@"\b[\w:]*(Exception|Error|::\w+):?\s*")]
    private static partial Regex ClassName();
}
