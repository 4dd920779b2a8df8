using MolEngine.Evaluation.Tasks;
using MolEngine.Yaml;

namespace MolEngine.Evaluation;

/// <summary>The benchmarks of a run.</summary>
/// <param name="Tasks">Names, with commas between them.</param>
/// <param name="Data">Folders of official files.</param>
/// <param name="Limit">Items of each subset at most.</param>
/// <param name="Every">Steps between two rounds; 0: before and after alone.</param>
public sealed record BenchmarkSettings(string Tasks, IReadOnlyList<string> Data, int Limit, int Every)
{
    /// <summary>The section <c>eval</c>, or null where the config has none.</summary>
    public static BenchmarkSettings? Build(ConfigValues v, string source)
    {
        if (!BenchmarkKeys.All.Any(k => v.Has(k)))
            return null;
        string tasks = string.Join(',', v.Require(BenchmarkKeys.Tasks, [], source));
        try
        {
            if (tasks.Length > 0 && TaskLibrary.Find(tasks).FirstOrDefault(t => t.Task.Code is not null) is { } code)
            {
                v.Wrong(
                    BenchmarkKeys.Tasks, source, 0,
                    $"expected tasks that run no programs of the model, got {code.Id}. Ask it with molengine eval");
            }
        }
        catch (UserException e)
        {
            v.Wrong(BenchmarkKeys.Tasks, source, 0, e.Message);
        }

        IReadOnlyList<string>? given = v.TakeListIfGiven(BenchmarkKeys.Data);
        string[] data =
        [
            .. (given ?? []).Select(
                d => InputPaths.Found(v, BenchmarkKeys.Data, d, Directory.Exists, "a folder", source)),
        ];
        if (data.Length > 0)
            v.Resolve(BenchmarkKeys.Data, data);
        return new BenchmarkSettings(tasks, data, v.Take(BenchmarkKeys.Limit), v.Take(BenchmarkKeys.Every));
    }
}
