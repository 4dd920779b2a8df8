using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MolEngine.Data.Records;

namespace MolEngine.Data.Caching;

/// <summary>
/// Writes a <see cref="TokenFile"/> from start to end. Ids go out as they come; 13 bytes of a document wait for the
/// end.
/// </summary>
internal sealed class TokenFileWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly GrowingList<int> _lengths = new();
    private readonly GrowingList<ulong> _hashes = new();
    private readonly GrowingList<bool> _dialogues = new();

    public TokenFileWriter(Stream stream)
    {
        _stream = stream;
        Put(TokenFileLayout.Magic);
    }

    public int Documents => (int)_hashes.Count;

    public long Tokens { get; private set; }

    /// <summary>Adds a document with its end.</summary>
    /// <param name="hash">Hash of its text.</param>
    /// <exception cref="UserException">The corpus has more documents than an array has places.</exception>
    public void Add(ReadOnlySpan<int> document, ulong hash, bool isDialogue)
    {
        if (Documents + 1 == Array.MaxLength)
        {
            throw new UserException(
                $"corpus: expected fewer than {Array.MaxLength:N0} documents, got more. Split the files into several "
                + "corpora");
        }

        Put(MemoryMarshal.AsBytes(document));
        Tokens += document.Length;
        _lengths.Add(document.Length);
        _hashes.Add(hash);
        _dialogues.Add(isDialogue);
    }

    /// <summary>Writes what is left. Nothing is added after it.</summary>
    public void Finish(ReadingFacts facts)
    {
        var layout = new TokenFileLayout(Documents, Tokens);
        Put(new byte[layout.Starts - layout.Ids - (sizeof(int) * Tokens)]);
        PutStarts();
        Put(_hashes);
        Put(_dialogues);
        using var tail = new MemoryStream();
        using var writer = new BinaryWriter(tail, Encoding.UTF8);
        writer.Write(facts.SkippedCount);
        writer.Write(facts.Skipped.Count);
        foreach (SkippedRecord record in facts.Skipped)
        {
            writer.Write(record.File);
            writer.Write(record.Line);
            writer.Write(record.Detail);
        }

        writer.Write(facts.Notes.Count);
        foreach (string note in facts.Notes)
            writer.Write(note);
        writer.Write(facts.Characters);
        writer.Write(facts.Shapes.Count);
        foreach (ShapeCount shape in facts.Shapes)
        {
            writer.Write(shape.Name);
            writer.Write(shape.Records);
        }

        writer.Write(layout.Documents);
        writer.Write(layout.Tokens);
        writer.Flush();
        Put(tail.ToArray());
        _stream.Write(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private void PutStarts()
    {
        long start = 0;
        Put(MemoryMarshal.AsBytes<long>([start]));
        foreach (ReadOnlyMemory<int> part in _lengths.Parts())
        {
            long[] starts = new long[part.Length];
            for (int d = 0; d < starts.Length; d++)
                starts[d] = start += part.Span[d];
            Put(MemoryMarshal.AsBytes<long>(starts));
        }
    }

    private void Put<T>(GrowingList<T> list)
        where T : struct
    {
        foreach (ReadOnlyMemory<T> part in list.Parts())
            Put(MemoryMarshal.AsBytes(part.Span));
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _stream.Write(bytes);
    }
}
