using Xunit.v3;

namespace MolEngine.Support;

/// <summary>
/// A property test of FsCheck whose seed and number of cases <see cref="PropertyRuns"/> decides. Stands in the place of
/// FsCheck's own attribute, which draws a new seed for every run: a test would fail on one machine in a hundred, with
/// nothing to repeat it by.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(PropertyDiscoverer))]
public sealed class PropertyAttribute : FsCheck.Xunit.PropertyAttribute
{
    public PropertyAttribute()
    {
        Replay = PropertyRuns.Replay;
        MaxTest = PropertyRuns.UsualCases;
    }

    /// <summary>Cases of a usual run (default: 100).</summary>
    public new int MaxTest
    {
        get => base.MaxTest;
        set
        {
            base.MaxTest = PropertyRuns.Cases(value);
            MaxRejected = PropertyRuns.Rejected(base.MaxTest);
        }
    }
}
