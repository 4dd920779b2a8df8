namespace MolEngine.Basics.Files;

/// <summary>A file that another process has opened for itself alone.</summary>
public static class HeldFile
{
    /// <summary>EWOULDBLOCK, a sharing violation.</summary>
    private static readonly int Held =
        OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>Whether that is why a file could not be opened.</summary>
    public static bool Is(IOException e) => e.HResult == Held;
}
