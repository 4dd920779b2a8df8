using MolEngine.Basics.Files;
using MolEngine.Data.Settings;
using MolEngine.Yaml;

namespace MolEngine.Trainer.Config;

/// <summary>
/// Where a new run may write: in no folder that it reads. What it writes into a corpus folder would be read as text of
/// the corpus the next time, by the run that goes on as well.
/// </summary>
internal static class OutputPlace
{
    /// <exception cref="UserException">The output is a folder that the run reads, or below one.</exception>
    public static void Require(RunConfig run)
    {
        string output = RealPath.Of(run.Output);
        foreach ((string key, string folder, IEnumerable<string> linked) in Read(run))
        {
            if (linked.Prepend(folder).Any(place => RealPath.IsWithin(output, RealPath.Of(place))))
            {
                throw new UserException(
                    $"{run.Output}: {ConfigKeys.Output.Path}: expected a folder outside of what the run reads, got one "
                    + $"in {key} ({folder}). Choose another output (--set output=DIR).");
            }
        }
    }

    /// <summary>Folders by the key that names them, each with folders elsewhere that are read with it.</summary>
    private static IEnumerable<(string Key, string Folder, IEnumerable<string> Linked)> Read(RunConfig run)
    {
        yield return (ConfigKeys.Model.Path, run.Model, []);
        if (run.Base is { } held)
            yield return (ConfigKeys.Base.Path, held, []);
        if (run.Lora.From is { } from)
            yield return (LoraKeys.From.Path, from, []);
        for (int i = 0; i < run.Data.Corpora.Count; i++)
        {
            foreach (string path in run.Data.Corpora[i].Paths.Where(Directory.Exists))
                yield return (ConfigValues.Concrete(CorpusKeys.Path, i), path, Links(path));
        }
    }

    /// <summary>Links to folders, below a corpus's own: it is read through them.</summary>
    private static IEnumerable<string> Links(string folder)
    {
        var below = new EnumerationOptions { RecurseSubdirectories = true };
        return new DirectoryInfo(folder).EnumerateDirectories("*", below).Where(d => d.LinkTarget is not null)
            .Select(d => d.FullName);
    }
}
