using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MolEngine.Data;

/// <summary>Documents end to end in one array of ids, with their borders. Written once, then read.</summary>
public sealed class TokenStore
{
    private int[] _tokens = new int[1024];
    private int[] _starts = new int[65];

    public int Documents { get; private set; }

    public int Tokens => _starts[Documents];

    /// <summary>[Documents + 1], ascending from 0 to <see cref="Tokens"/>.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Documents + 1);

    public ReadOnlyMemory<int> All => _tokens.AsMemory(0, Tokens);

    public ReadOnlyMemory<int> Document(int index) =>
        _tokens.AsMemory(_starts[index], _starts[index + 1] - _starts[index]);

    /// <summary>A store of arrays as they are; null where <paramref name="starts"/> are no borders in them.</summary>
    /// <param name="starts">[Documents + 1], ascending from 0 to the number of tokens.</param>
    internal static TokenStore? Of(int[] tokens, int[] starts)
    {
        bool right = starts.Length > 0 && starts[0] == 0 && starts[^1] == tokens.Length;
        for (int d = 1; right && d < starts.Length; d++)
            right = starts[d] > starts[d - 1];
        return right ? new TokenStore { _tokens = tokens, _starts = starts, Documents = starts.Length - 1 } : null;
    }

    /// <summary>Adds a document: <paramref name="tokens"/>, then <paramref name="end"/>.</summary>
    /// <exception cref="UserException">The corpus has more than 2,147,483,591 tokens.</exception>
    public void Add(ReadOnlySpan<int> tokens, int end)
    {
        Span<int> place = Reserve((long)tokens.Length + 1);
        tokens.CopyTo(place);
        place[^1] = end;
    }

    /// <summary>Adds a document that already has its end.</summary>
    public void Add(ReadOnlySpan<int> document) => document.CopyTo(Reserve(document.Length));

    /// <summary>
    /// Keeps the documents for which <paramref name="keep"/> holds, in their order, moving them down in place.
    /// </summary>
    public void Filter(Func<int, bool> keep)
    {
        int kept = 0, end = 0, start = 0;
        for (int d = 0; d < Documents; d++)
        {
            int next = _starts[d + 1];
            if (keep(d))
            {
                _tokens.AsSpan(start, next - start).CopyTo(_tokens.AsSpan(end));
                end += next - start;
                _starts[++kept] = end;
            }

            start = next;
        }

        Documents = kept;
    }

    /// <summary>SHA-256 of borders and ids.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(Starts));
        for (ReadOnlyMemory<int> rest = All; !rest.IsEmpty;)
        {
            int count = Math.Min(1 << 22, rest.Length);
            hash.AppendData(MemoryMarshal.AsBytes(rest.Span[..count]));
            rest = rest[count..];
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private Span<int> Reserve(long count)
    {
        int tokens = Tokens;
        if (tokens + count > Array.MaxLength)
        {
            throw new UserException(
                $"corpus: expected at most {Array.MaxLength:N0} tokens, got more. Split the file into several corpora");
        }

        if (tokens + count > _tokens.Length)
            Array.Resize(ref _tokens, (int)Math.Min(Array.MaxLength, Math.Max(tokens + count, _tokens.Length * 2L)));
        if (Documents + 2 > _starts.Length)
            Array.Resize(ref _starts, _starts.Length * 2);
        _starts[++Documents] = (int)(tokens + count);
        return _tokens.AsSpan(tokens, (int)count);
    }
}
