namespace MolEngine.Basics.Files;

/// <summary>The room on disks.</summary>
public static class DiskSpace
{
    /// <summary>
    /// Bytes that the disk below a folder, made or not, has for this user; null where that cannot be known.
    /// </summary>
    public static long? FreeAt(string folder)
    {
        folder = Path.GetFullPath(folder);
        while (!Directory.Exists(folder))
        {
            if (Path.GetDirectoryName(folder) is not { } parent)
                return null;
            folder = parent;
        }

        try
        {
            var drive = new DriveInfo(folder);
            return drive.TotalSize > 0 ? drive.AvailableFreeSpace : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
