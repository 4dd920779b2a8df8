namespace MolEngine.Basics.Text;

/// <summary>A number of bytes as people read it.</summary>
public static class ShownSize
{
    /// <summary>"12.3 MiB".</summary>
    public static string Of(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{bytes / (double)(1L << 30):N1} GiB",
        >= 1L << 20 => $"{bytes / (double)(1L << 20):N1} MiB",
        _ => $"{bytes / 1024.0:N1} KiB",
    };
}
