namespace MolEngine.Trainer.Cli;

/// <summary>
/// A standard output or error, which may be a full disk, or closed. What it does not take is a failed run, unless the
/// output is one that the work does not depend on: then it is told once, and the work goes on without.
/// </summary>
/// <param name="name">"standard output".</param>
/// <param name="stream">Null where it is closed.</param>
internal sealed class OutputStream(string name, Stream? stream) : Stream
{
    private bool _isLost;

    /// <summary>Where it is told that the output is lost; null makes that a failure.</summary>
    public Action<string>? MayBeLost { get; set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="RunFailedException">The output does not take it.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_isLost)
            return;
        try
        {
            (stream ?? throw new IOException("it is closed")).Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Lose(e);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    /// <exception cref="RunFailedException">The output does not take what was written.</exception>
    public override void Flush()
    {
        if (_isLost)
            return;
        try
        {
            stream?.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Lose(e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Lose(Exception e)
    {
        // Whoever writes keeps what was not taken, and would give it again as the process ends.
        _isLost = true;
        string what = $"{name}: expected a place that takes what is written, got \"{e.Message}\"";
        if (MayBeLost is null)
            throw new RunFailedException($"{what}. Make room, or send it elsewhere, and give the command again", e);
        MayBeLost($"{what}. The work goes on without it");
    }
}
