using MolEngine.Basics.Text;
using MolEngine.Engine.Batches;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.BaseCaching;

/// <summary>
/// The base's distribution at every token of the rows that were trained on, in a file: a row that comes again, in a
/// later epoch or a later run, costs no pass of the base. What is read is what was computed, to the bit. A file that
/// cannot be read or written hinders nothing; what is wrong is told once.
/// </summary>
public sealed class BaseCache : IDisposable
{
    private readonly RowFile _file;
    private readonly PackedRow _packed;
    private readonly HostDistribution _host;
    private readonly HostDistribution _computed;
    private readonly Action<string> _tell;
    private readonly long _largest;
    private readonly string _path;
    private int[] _targets = [];
    private RowPart[] _parts = [], _missing = [];
    private bool _isDamaged, _isFull;

    private BaseCache(
        RowFile file, string path, int tokens, int topN, int vocabSize, long largest, Action<string> tell)
    {
        (_file, _path, _largest, _tell) = (file, path, largest, tell);
        _packed = new PackedRow(topN, vocabSize);
        _host = new HostDistribution(tokens, topN);
        _computed = new HostDistribution(tokens, topN);
    }

    /// <summary>Rows that are in the file.</summary>
    public int Rows => _file.Rows;

    /// <summary>Bytes of the file.</summary>
    public long Bytes => _file.Bytes;

    /// <summary>Rows whose base pass was read since the file was opened.</summary>
    public long RowsRead { get; private set; }

    /// <summary>Rows whose base pass was computed since the file was opened.</summary>
    public long RowsComputed { get; private set; }

    /// <summary>Bytes of tokens with a target, in rows of any length.</summary>
    public static long BytesOf(long tokens, int topN, int vocabSize) =>
        new PackedRow(topN, vocabSize).Bytes(tokens, withoutTarget: true);

    /// <summary>Opens the file of a base, or begins it.</summary>
    /// <param name="path">Its name says what the distributions follow from besides the rows: model and device.</param>
    /// <param name="tokens">The largest number of tokens of a micro-batch.</param>
    /// <param name="topN">n of the base's top n.</param>
    /// <param name="largest">Bytes of the file, at most: further rows are not kept.</param>
    /// <param name="tell">Told what is wrong, in a sentence.</param>
    /// <returns>Null where the file can be neither written nor read.</returns>
    public static BaseCache? Open(
        string path, int tokens, int topN, int vocabSize, long largest, Action<string> tell)
    {
        try
        {
            var file = new RowFile(path, $"MolEngine base cache 1, top {topN} of {vocabSize}");
            if (file.LostBytes > 0)
            {
                tell($"{ShownPath.Of(path)}: {ShownSize.Of(file.LostBytes)} at its end are damaged or were never "
                    + "finished: their rows are computed again");
            }

            if (!file.IsWritten)
            {
                tell($"{ShownPath.Of(path)}: another run writes it: rows that it lacks are computed here, and not "
                    + "kept");
            }

            return new BaseCache(file, path, tokens, topN, vocabSize, largest, tell);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            tell($"{ShownPath.Of(path)}: the base cache cannot be used: {e.Message} The base is computed for every "
                + "row");
            return null;
        }
    }

    /// <summary>Reads what is there of a micro-batch; the other methods speak of it until the next call.</summary>
    /// <param name="targets">Of all tokens of the rows, with <see cref="HeadTargets.Known"/>.</param>
    /// <returns>The rows that are not there, ascending; rows without targets are never among them.</returns>
    public int[] Read(IReadOnlyList<TokenRow> rows, HeadTargets targets)
    {
        KnownTargets known = targets.Known
            ?? throw new ArgumentException("base cache: targets: expected their numbers on the host, got none");
        _targets = known.Targets;
        _parts = Parts(rows, known);
        _missing = [.. _parts.Where(p => !Read(p))];
        RowsRead += _parts.Length - _missing.Length;
        RowsComputed += _missing.Length;
        return [.. _missing.Select(p => p.Row)];
    }

    /// <summary>Keeps what was computed of the whole micro-batch. A device is waited for.</summary>
    public void KeepWhole(Ops ops, BaseDistribution computed)
    {
        if (!_file.IsWritten || _missing.Length == 0)
            return;
        _host.Download(ops, computed);
        foreach (RowPart part in _missing)
            Keep(part);
    }

    /// <summary>Takes in, and keeps, what was computed of the missing rows alone. A device is waited for.</summary>
    /// <param name="computed">Their tokens, row after row.</param>
    public void KeepMissing(Ops ops, BaseDistribution computed)
    {
        _computed.Download(ops, computed);
        int from = 0;
        foreach (RowPart part in _missing)
        {
            _computed.CopyTo(_host, from, part.First, part.Tokens);
            from += part.Tokens;
            Keep(part);
        }
    }

    /// <summary>Writes the distribution of the micro-batch, of which no row is missing any more.</summary>
    /// <param name="into">[T, n] and [T]; overwritten.</param>
    public void Upload(Ops ops, BaseDistribution into) => _host.Upload(ops, into);

    public void Dispose() => _file.Dispose();

    private bool Read(RowPart part)
    {
        if (!_file.Has(part.Key))
            return false;
        ReadOnlySpan<int> own = _targets.AsSpan(part.First, part.Tokens);
        if (_file.Find(part.Key) is { } bytes
            && bytes.Length == _packed.Bytes(PackedRow.CountOf(own), part.WithoutTarget)
            && _packed.Read(bytes, _host, own, part.First, part.WithoutTarget))
            return true;
        if (!_isDamaged)
            _tell($"{ShownPath.Of(_path)}: a row is damaged: it is computed again, and so is any other one that is");
        _isDamaged = true;
        return false;
    }

    private void Keep(RowPart part)
    {
        if (!_file.IsWritten)
            return;
        byte[] bytes = _packed.Write(
            _host, _targets.AsSpan(part.First, part.Tokens), part.First, part.WithoutTarget);
        try
        {
            if (_file.Bytes + RowFile.RecordBytes(bytes.Length) <= _largest)
                _file.Add(part.Key, bytes);
            else
                Full();
        }
        catch (IOException e)
        {
            _tell($"{ShownPath.Of(_path)}: {e.Message} No further row is kept; the run goes on");
        }
    }

    private void Full()
    {
        if (_isFull)
            return;
        _isFull = true;
        _tell($"{ShownPath.Of(_path)}: it has {ShownSize.Of(_file.Bytes)}, all that it may have: no further row is "
            + "kept");
    }

    /// <summary>Rows of the micro-batch that have targets, each with its place.</summary>
    private static RowPart[] Parts(IReadOnlyList<TokenRow> rows, KnownTargets known)
    {
        var parts = new List<RowPart>();
        int first = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            int tokens = rows[i].Tokens.Length;
            if (rows[i].EffectiveTokens > 0)
            {
                bool apart = known.Flags is { } flags && IsWithoutTarget(flags.AsSpan(first, tokens));
                parts.Add(new RowPart(i, PackedRow.KeyOf(rows[i], apart), first, tokens, apart));
            }

            first += tokens;
        }

        return [.. parts];
    }

    private static bool IsWithoutTarget(ReadOnlySpan<int> flags)
    {
        foreach (int form in flags)
        {
            if (((LossForms)form).HasFlag(LossForms.WithoutTarget))
                return true;
        }

        return false;
    }

    /// <summary>A row with targets, and where it lies in the micro-batch.</summary>
    private readonly record struct RowPart(int Row, UInt128 Key, int First, int Tokens, bool WithoutTarget);
}
