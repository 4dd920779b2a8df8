using System.Diagnostics;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>
/// SmolLM2-135M-Instruct, made once from the shared material by its own script and kept in the temporary folder.
/// </summary>
internal static class SmolLm2Model
{
    private static readonly Lazy<string> Made = new(Make);

    /// <summary>The model's folder; skips the test where the shared material or g++ is absent.</summary>
    public static string Folder => Made.Value;

    private static string Make()
    {
        string script = Shared.FilePath("models", "smollm2", "make.sh");
        string folder = Path.Combine(Path.GetTempPath(), "molengine-tests", "smollm2");
        if (File.Exists(Path.Combine(folder, "model.safetensors")))
            return folder;
        Directory.CreateDirectory(folder);
        using Process process = Process.Start(new ProcessStartInfo("sh",
            [script, folder])
        { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.SkipWhen(process.ExitCode != 0, $"SmolLM2 could not be made here: {error}");
        return folder;
    }
}
