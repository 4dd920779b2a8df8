using System.CommandLine;
using MolEngine.Basics.Files;
using MolEngine.Kernels.Interop;

namespace MolEngine.Trainer.Cli.Verbs;

/// <summary><c>--cuda-path DIR</c> of the verbs that look for NVIDIA's libraries.</summary>
internal static class CudaPathOption
{
    public static Option<string?> Make() => new(OptionNames.CudaPath)
    {
        HelpName = "DIR",
        Description = $"Folder where NVIDIA's libraries are looked for first, before that of "
            + $"{LibrarySearch.PathVariable}.",
        Arity = ArgumentArity.ExactlyOne,
    };

    /// <summary>
    /// Where to look: this machine, the folder of the option first, then <paramref name="configured"/>.
    /// </summary>
    /// <exception cref="UserException">There is no such folder.</exception>
    public static LibrarySearch Search(this ParseResult arguments, Option<string?> option, string? configured = null) =>
        LibrarySearch.Here.From(arguments.Folder(option) ?? configured);

    /// <summary>The folder named, or null.</summary>
    /// <exception cref="UserException">There is no such folder.</exception>
    public static string? Folder(this ParseResult arguments, Option<string?> option)
    {
        string? folder = arguments.GetValue(option) is { } given ? HomePath.Expand(given) : null;
        return folder is null || Directory.Exists(folder)
            ? folder
            : throw new UserException($"{OptionNames.CudaPath}: {folder}: expected a folder, got none there");
    }
}
