using Xunit.Sdk;
using Xunit.v3;

namespace MolEngine.Support;

/// <summary>Makes the test case of a <see cref="PropertyAttribute"/>.</summary>
public sealed class PropertyDiscoverer : IXunitTestCaseDiscoverer
{
    public ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions options, IXunitTestMethod method, IFactAttribute attribute)
    {
        var details = TestIntrospectionHelper.GetTestCaseDetails(options, method, attribute);
        return new([new PropertyTestCase(
            details.ResolvedTestMethod, details.TestCaseDisplayName, details.UniqueID, details.SkipReason)]);
    }
}
