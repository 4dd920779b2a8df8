using System.Text.RegularExpressions;
using MolEngine.Support;
using MolEngine.Trainer.Cli;

namespace MolEngine.Docs.Tests;

/// <summary>How a command is used, where it is shown and not run: names in it must be those of the program.</summary>
internal static partial class Usage
{
    /// <summary>What is wrong with a line that begins with <c>molengine</c>; empty where nothing is.</summary>
    public static IEnumerable<string> Mistakes(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Verb[] verbs = [.. words.Skip(1).Take(1).SelectMany(w => VerbTable.All().Where(v => v.Name == w))];
        if (verbs.Length == 0)
        {
            yield return $"{line}: expected a verb behind molengine";
            yield break;
        }

        string[] known = [.. verbs[0].Options.SelectMany(o => o.Aliases.Append(o.Name)), "--help"];
        foreach (string option in Option().Matches(line).Select(m => m.Value).Where(o => !known.Contains(o)))
            yield return $"{line}: {option}: expected an option of {verbs[0].Name}";
    }

    /// <summary>Checks a block that is a synopsis.</summary>
    public static void Check(Block block)
    {
        foreach (string line in block.Text.Split('\n').Where(l => !l.StartsWith("#SBATCH ", StringComparison.Ordinal)))
        {
            Match own = Started().Match(line);
            IEnumerable<string> mistakes = own.Success ? Mistakes(own.Groups[1].Value) : Strangers(line);
            Assert.Empty(mistakes.Select(m => $"{block.Place}: {m}"));
        }
    }

    /// <summary>Names of a line of another program of the repository that none of its sources has.</summary>
    private static IEnumerable<string> Strangers(string line)
    {
        Match place = Program().Match(line);
        Assert.True(place.Success, $"{line}: expected a program of the repository");
        string path = Path.Combine(Shared.Repository, place.Value);
        string[] files =
            Directory.Exists(path) ? Directory.GetFiles(path, "*.cs", SearchOption.AllDirectories) : [path];
        string sources = string.Concat(files.Where(f => !f.Contains("/obj/")).Select(File.ReadAllText));
        IEnumerable<string> names = Variable().Matches(line).Concat(Own().Matches(line)).Select(m => m.Value.Trim());
        if (place.Value.StartsWith("tools/", StringComparison.Ordinal))
            names = names.Where(n => !n.StartsWith("MOLENGINE_CUDA_PATH", StringComparison.Ordinal));
        return names.Select(n => n.Trim('"')).Where(n => !sources.Contains(n))
            .Select(n => $"{line}: {n}: expected a name of {place.Value}");
    }

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*")]
    private static partial Regex Option();

    /// <summary>The program by itself, or behind what starts its ranks.</summary>
    [GeneratedRegex(@"^(?:(?:mpirun|srun)\b.*? )?(molengine .+)$")]
    private static partial Regex Started();

    /// <summary>A script, or a project's folder.</summary>
    [GeneratedRegex(@"tools/[\w-]+(\.sh)?|tests/[\w.]+")]
    private static partial Regex Program();

    [GeneratedRegex(@"\bMOLENGINE_[A-Z_]+")]
    private static partial Regex Variable();

    /// <summary>Options behind dotnet's own, a script's first word, a namespace.</summary>
    [GeneratedRegex(@"(?<= -- .*)--[a-z-]+|(?<=\.sh )[a-z]+|""MolEngine\.[\w.]+(?="")")]
    private static partial Regex Own();
}
