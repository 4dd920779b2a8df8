using System.Numerics;

namespace MolEngine.Data;

/// <summary>
/// Best-fit decreasing: documents longer than a row are cut into full rows and a rest; all pieces, the longest first,
/// each go into the row with the least room that they fit in.
/// </summary>
internal sealed class BestFitPacker
{
    private readonly int _context;

    /// <summary>[context + 1]: rows with that much room left, the last made on top.</summary>
    private readonly Stack<int>?[] _rowsByRoom;

    /// <summary>A bit for each length that has such rows.</summary>
    private readonly ulong[] _rooms;

    private readonly List<List<(long Start, int Length)>> _rows = [];

    private BestFitPacker(int context)
    {
        _context = context;
        _rowsByRoom = new Stack<int>?[context + 1];
        _rooms = new ulong[(context / 64) + 1];
    }

    /// <summary>The pieces of each row, as places in the store. Depends on the documents' lengths alone.</summary>
    public static (long Start, int Length)[][] Pack(TokenStore store, int context)
    {
        var pieces = new List<(long Start, int Length)>();
        foreach ((long start, int length) in store.Extents())
        {
            for (int done = 0; done < length; done += context)
                pieces.Add((start + done, Math.Min(context, length - done)));
        }

        // A stable sort: pieces of a length stay in file order.
        var packer = new BestFitPacker(context);
        foreach ((long Start, int Length) piece in pieces.OrderByDescending(p => p.Length))
            packer.Place(piece);
        return [.. packer._rows.Select(r => r.ToArray())];
    }

    private void Place((long Start, int Length) piece)
    {
        int room = SmallestRoom(piece.Length);
        int row = _rows.Count;
        if (room < 0)
        {
            _rows.Add([]);
            room = _context;
        }
        else
        {
            row = _rowsByRoom[room]!.Pop();
            if (_rowsByRoom[room]!.Count == 0)
                _rooms[room / 64] &= ~(1UL << (room % 64));
        }

        _rows[row].Add(piece);
        int left = room - piece.Length;
        (_rowsByRoom[left] ??= []).Push(row);
        _rooms[left / 64] |= 1UL << (left % 64);
    }

    /// <summary>The least room of at least <paramref name="length"/> that a row has; -1 where none has.</summary>
    private int SmallestRoom(int length)
    {
        ulong word = _rooms[length / 64] & (ulong.MaxValue << (length % 64));
        for (int i = length / 64; ; word = _rooms[i])
        {
            if (word != 0)
                return (i * 64) + BitOperations.TrailingZeroCount(word);
            if (++i == _rooms.Length)
                return -1;
        }
    }
}
