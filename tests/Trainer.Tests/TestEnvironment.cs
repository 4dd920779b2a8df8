using System.Runtime.CompilerServices;

namespace MolEngine.Trainer.Tests;

internal static class TestEnvironment
{
    /// <summary>Hugging Face's cache of these tests.</summary>
    public static string HubCache { get; } = Path.Combine(Path.GetTempPath(), "molengine-tests", "hub");

    /// <summary>Tests keep their tokens in the temporary folder, not among those of the person who runs them; nor do
    /// they find that person's models.</summary>
    [ModuleInitializer]
    internal static void UseOwnCache()
    {
        string cache = Path.Combine(Path.GetTempPath(), "molengine-tests", "cache");
        Environment.SetEnvironmentVariable("MOLENGINE_CACHE", cache);

        // What another build's kernels computed is no truth for this one's.
        string ofBases = Path.Combine(cache, "base");
        if (Directory.Exists(ofBases))
            Directory.Delete(ofBases, recursive: true);
        Environment.SetEnvironmentVariable("HF_HUB_CACHE", HubCache);
        Environment.SetEnvironmentVariable("HF_TOKEN_PATH", Path.Combine(HubCache, "no-token"));

        // Tests hold threads of the pool, which grows slowly on a busy machine: servers of tests would stand still.
        ThreadPool.SetMinThreads(32, 32);
    }
}
