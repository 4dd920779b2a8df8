using System.Text.RegularExpressions;

namespace MolEngine.House.Tests;

public sealed partial class DependencyTableTests
{
    [Fact]
    public void Every_package_stands_in_the_documents_with_its_reason_and_no_other()
    {
        string Read(params string[] path) => File.ReadAllText(Path.Combine([House.Root, .. path]));
        string[] used = [.. Pinned().Matches(Read("Directory.Packages.props")).Select(m => m.Groups[1].Value).Order()];
        string[] told = [.. Row().Matches(Read("docs", "dependencies.md")).Select(m => m.Groups[1].Value).Order()];
        Assert.NotEmpty(used);
        Assert.Equal(used, told);
    }

    [GeneratedRegex("<PackageVersion Include=\"([^\"]+)\"")]
    private static partial Regex Pinned();

    [GeneratedRegex("^\\| `([^`]+)` \\| [^|]*[A-Za-z][^|]*\\| [^|]*[A-Za-z][^|]*\\| [^|]{10,}\\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
