namespace MolEngine.Basics.Tests;

public sealed class ProgramCommandTests : IDisposable
{
    private static readonly string File = OperatingSystem.IsWindows() ? "molengine.exe" : "molengine";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Tests are programs of their own names: what they see is the same everywhere.</summary>
    [Fact]
    public void Another_program_over_this_code_says_molengine()
    {
        Assert.Equal("molengine", ProgramCommand.Name);
        Assert.Equal("molengine train --resume a", ProgramCommand.With("train --resume a"));
    }

    [Fact]
    public void On_the_path_the_name_is_enough_and_elsewhere_it_is_the_path()
    {
        string here = Program("here"), other = Program("other"), none = _folder.Folder("none");
        string folder = Path.GetDirectoryName(here)!;
        string Of(params string?[] path) => ProgramCommand.Of(here, folder, string.Join(Path.PathSeparator, path));
        Assert.Equal("molengine", Of(none, folder));
        Assert.Equal(here, Of(none));
        Assert.Equal(here, Of(""));
        Assert.Equal(here, Of(Path.GetDirectoryName(other), folder));
        Assert.Equal("molengine", ProgramCommand.Of(null, folder, none));
    }

    [Fact]
    public void A_link_on_the_path_is_the_program()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links take rights there");
        string here = Program("here"), bin = _folder.Folder("bin");
        System.IO.File.CreateSymbolicLink(Path.Combine(bin, File), here);
        Assert.Equal("molengine", ProgramCommand.Of(here, Path.GetDirectoryName(here)!, bin));
    }

    [Fact]
    public void Started_by_dotnet_it_is_started_by_dotnet_again()
    {
        string dotnet = OperatingSystem.IsWindows() ? @"C:\dotnet\dotnet.exe" : "/usr/share/dotnet/dotnet";
        string dll = Path.Combine(_folder.Root, "molengine.dll");
        Assert.Equal($"dotnet {dll}", ProgramCommand.Of(dotnet, _folder.Root, _folder.Root));
    }

    [Fact]
    public void In_the_current_directory_it_is_no_bare_name() => Assert.Equal(
        Path.Combine(".", File),
        ProgramCommand.Of(Path.Combine(Environment.CurrentDirectory, File), Environment.CurrentDirectory, null));

    private string Program(string folder) =>
        Path.GetFullPath(_folder.Write(Path.Combine(Path.GetFileName(_folder.Folder(folder)), File), ""));
}
