using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace MolEngine.Support;

/// <summary>The compiler among the shared test material, unpacked into the temporary folder when asked for.</summary>
public static class SharedNvrtc
{
    private static readonly Lazy<string> Unpacked = new(Unpack);

    /// <summary>A folder with libnvrtc and its builtins; skips where it is absent or of another system.</summary>
    public static string Folder
    {
        get
        {
            bool fits = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;
            Assert.SkipUnless(fits, "the shared NVRTC is of Linux on x64");
            _ = Shared.FilePath("cuda", "nvrtc.tar.gz");
            return Unpacked.Value;
        }
    }

    private static string Unpack()
    {
        var archive = new FileInfo(Shared.FilePath("cuda", "nvrtc.tar.gz"));
        string parent = Path.Combine(Path.GetTempPath(), "molengine-tests");
        string folder = Path.Combine(parent, $"nvrtc-{archive.Length}");
        if (Directory.Exists(folder))
            return folder;
        string temporary = Directory.CreateDirectory(Path.Combine(parent, $"{Guid.NewGuid():N}.tmp")).FullName;
        using (var unzipped = new GZipStream(archive.OpenRead(), CompressionMode.Decompress))
            TarFile.ExtractToDirectory(unzipped, temporary, overwriteFiles: false);
        try
        {
            Directory.Move(temporary, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another test process was first.
            Directory.Delete(temporary, recursive: true);
        }

        return folder;
    }
}
