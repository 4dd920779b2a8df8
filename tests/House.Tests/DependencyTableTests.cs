using System.Xml.Linq;

namespace MolEngine.House.Tests;

/// <summary>docs/dependencies.md tells of every package.</summary>
public sealed class DependencyTableTests
{
    [Fact]
    public void Every_package_has_a_row_and_every_row_a_package()
    {
        IEnumerable<string> packages = XDocument.Load(Path.Combine(House.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion").Select(p => p.Attribute("Include")!.Value);
        IEnumerable<string> rows = File.ReadLines(Path.Combine(House.Root, "docs", "dependencies.md"))
            .SkipWhile(line => line != "## In use").Skip(1).TakeWhile(
                line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
        Assert.Equal(packages.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }
}
