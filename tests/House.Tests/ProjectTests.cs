using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MolEngine.House.Tests;

/// <summary>Which project may stand on which, and what only some may touch.</summary>
public sealed class ProjectTests
{
    /// <summary>What each project of the product refers to; what those refer to comes with it.</summary>
    private static readonly Dictionary<string, string[]> References = new()
    {
        ["Basics"] = [],
        ["Yaml"] = ["Basics"],
        ["Hub"] = ["Basics"],
        ["Kernels"] = ["Basics"],
        ["VirtualGpu"] = ["Kernels"],
        ["Engine"] = ["Kernels"],
        ["Data"] = ["Engine", "Yaml"],
        ["Runs"] = ["Basics", "Yaml"],
        ["Evaluation"] = ["Data"],
        ["Server"] = ["Engine"],
        ["Trainer"] = ["Evaluation", "Hub", "Runs", "Server", "VirtualGpu"],
    };

    /// <summary>Packages of the product, and the project that alone may use each.</summary>
    private static readonly Dictionary<string, string> Packages = new()
    {
        ["CsvHelper"] = "Data",
        ["Iced"] = "Kernels",
        ["ParquetSharp"] = "Data",
        ["Spectre.Console"] = "Trainer",
        ["System.CommandLine"] = "Trainer",
        ["YamlDotNet"] = "Yaml",
        ["ZstdSharp.Port"] = "Data",
    };

    /// <summary>What a source may contain in some folders only.</summary>
    public static TheoryData<string, string, string[]> Confined => new()
    {
        { "unsafe code", @"\bunsafe\b", ["src/Kernels", "src/VirtualGpu", "src/Basics/Files"] },
        { "native calls", @"\[(LibraryImport|DllImport)\b",
            ["src/Kernels/Interop", "src/Kernels/Cpu", "src/Basics/Files"] },
        { "Spectre.Console", @"\bSpectre\.Console\b", ["src/Trainer"] },
        { "System.CommandLine", @"\bSystem\.CommandLine\b", ["src/Trainer"] },
        { "YamlDotNet", @"\bYamlDotNet\b", ["src/Yaml"] },
        { "a web server", @"\bMicrosoft\.AspNetCore\b|\bHttpListener\b", ["src/Server"] },
        { "outbound HTTP", @"\bHttpClient\b|\bHttpRequestMessage\b", ["src/Hub"] },
    };

    private static readonly Lazy<(string Path, string Code)[]> Codes = new(() =>
    [
        .. House.Sources("src").Select(f => (House.Shown(f), SourceText.WithoutComments(File.ReadAllText(f)))),
    ]);

    [Fact]
    public void Projects_refer_to_each_other_as_drawn()
    {
        Dictionary<string, string[]> found = House.Projects("src").ToDictionary(
            p => Path.GetFileNameWithoutExtension(p),
            p => Values(p, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r)).Order().ToArray());
        Assert.Equal(References.Keys.Order(), found.Keys.Order());
        foreach ((string project, string[] references) in References)
        {
            Assert.True(
                references.Order().SequenceEqual(found[project]),
                $"src/{project}: references: expected {string.Join(", ", references)}, got "
                + $"{string.Join(", ", found[project])}. An arrow more is a decision about the whole house: draw it "
                + "here and in docs/architecture.md, or hand over what is needed from above.");
        }
    }

    [Fact]
    public void Each_package_is_used_where_it_belongs()
    {
        string[] strays =
        [
            .. from project in House.Projects("src")
               let name = Path.GetFileNameWithoutExtension(project)
               from package in Values(project, "PackageReference")
               where Packages.GetValueOrDefault(package) != name
               select $"src/{name}: {package}: expected it in "
                   + $"{Packages.GetValueOrDefault(package) ?? "docs/dependencies.md and in this test first"}",
        ];
        Assert.True(strays.Length == 0, string.Join('\n', strays));
    }

    [Theory]
    [MemberData(nameof(Confined))]
    public void What_is_confined_stays_there(string what, string pattern, string[] folders)
    {
        var regex = new Regex(pattern);
        string[] strays =
        [
            .. Codes.Value.Where(f => !folders.Any(d => f.Path.StartsWith(d + "/", StringComparison.Ordinal)))
                .Where(f => regex.IsMatch(f.Code)).Select(f => f.Path),
        ];
        Assert.True(
            strays.Length == 0,
            $"{what}: expected in {string.Join(", ", folders)} only, got it in {string.Join(", ", strays)}. Call "
            + "what is there, or add it there.");
    }

    [Fact]
    public void Only_projects_with_unsafe_code_may_compile_it()
    {
        string[] allowed =
        [
            .. House.Projects("src").Where(p => File.ReadAllText(p).Contains("AllowUnsafeBlocks"))
                .Select(p => Path.GetFileNameWithoutExtension(p)!).Order(),
        ];
        Assert.Equal(["Basics", "Kernels", "VirtualGpu"], allowed);
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_every_product_project_has_tests()
    {
        string solution = File.ReadAllText(Path.Combine(House.Root, "MolEngine.slnx"));
        Assert.All(
            House.Projects("src").Concat(House.Projects("tests")).Concat(House.Projects("tools")),
            p => Assert.Contains($"\"{House.Shown(p)}\"", solution));
        Assert.All(References.Keys, name =>
            Assert.True(Directory.Exists(Path.Combine(House.Root, "tests", $"{name}.Tests")), $"tests/{name}.Tests"));
    }

    private static IEnumerable<string> Values(string project, string item) =>
        XDocument.Load(project).Descendants(item).Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'));
}
