using MolEngine.FaultHost;

namespace MolEngine.Trainer.Tests.Durability;

/// <summary>
/// Which calls a test tries: a seeded sample, with all of the kinds that matter; all where MOLENGINE_FAULTS is "all".
/// </summary>
internal static class Sample
{
    public static bool IsAll => Environment.GetEnvironmentVariable("MOLENGINE_FAULTS") == "all";

    /// <param name="share">Of the calls whose kind is not among <paramref name="always"/>.</param>
    public static Func<LoggedCall, bool> Of(double share, CallKinds always = CallKinds.None)
    {
        var random = new Random(20261);
        return call => IsAll || random.NextDouble() < share || (call.Kind & always) != 0;
    }
}
