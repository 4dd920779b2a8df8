using ZstdSharp;

namespace MolEngine.Data.Files;

/// <summary>Unpacks Zstandard: every frame of the file, and an error where the last is cut off.</summary>
/// <param name="packed">From its start.</param>
internal sealed class WholeZstdStream(Stream packed) : ReadingStream
{
    /// <summary>Windows of <c>zstd --long=31</c> too: 2 GiB.</summary>
    private const int LargestWindow = 31;

    private readonly DecompressionStream _unpacked = Open(packed);

    /// <exception cref="InvalidDataException">The data is no Zstandard, or not all of it is there.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _unpacked.Read(buffer);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("the file ends before its data does", e);
        }
        catch (ZstdException e)
        {
            throw Damaged(e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _unpacked.Dispose();
        base.Dispose(disposing);
    }

    private static DecompressionStream Open(Stream packed)
    {
        var stream = new DecompressionStream(packed, leaveOpen: true, checkEndOfStream: true);
        stream.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, LargestWindow);
        return stream;
    }
}
