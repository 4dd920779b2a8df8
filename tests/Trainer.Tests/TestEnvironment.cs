using System.Runtime.CompilerServices;

namespace MolEngine.Trainer.Tests;

internal static class TestEnvironment
{
    /// <summary>Tests keep their tokens in the temporary folder, not among those of the person who runs them.</summary>
    [ModuleInitializer]
    internal static void UseOwnCache() => Environment.SetEnvironmentVariable(
        "MOLENGINE_CACHE", Path.Combine(Path.GetTempPath(), "molengine-tests", "cache"));
}
