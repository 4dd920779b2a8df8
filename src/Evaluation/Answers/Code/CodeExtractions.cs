using MolEngine.Basics.Text;

namespace MolEngine.Evaluation.Answers.Code;

/// <summary>The ways to take a program out of a model's text, by their names, as a task's file writes them.</summary>
public static class CodeExtractions
{
    private static readonly Dictionary<string, ICodeExtraction> Rules = new()
    {
        ["until_fence"] = new UntilFence(),
        ["first_block"] = new FirstBlock(),
        ["begin_done"] = new BeginDone(),
    };

    /// <summary>The names of all rules.</summary>
    public static IReadOnlyCollection<string> Names => Rules.Keys;

    /// <summary>The rule of a name.</summary>
    /// <exception cref="UserException">A name that no rule has.</exception>
    public static ICodeExtraction Named(string name)
    {
        if (Rules.TryGetValue(name, out ICodeExtraction? rule))
            return rule;
        string nearest = Nearest.Of(name, Rules.Keys) is { } near ? $" Did you mean \"{near}\"?" : "";
        throw new UserException(
            $"extraction of code: expected one of {string.Join(", ", Rules.Keys)}, got \"{name}\".{nearest}");
    }
}
