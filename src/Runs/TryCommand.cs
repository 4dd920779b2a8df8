using MolEngine.Basics.Text;

namespace MolEngine.Runs;

/// <summary>Command lines that let what a run has made speak.</summary>
public static class TryCommand
{
    private const string Prompt = "--prompt \"...\"";

    public static string OfModel(string model) => $"molengine generate {ShownPath.Of(model)} {Prompt}";

    public static string OfAdapter(string model, string adapter) =>
        $"molengine generate {ShownPath.Of(model)} --adapter {ShownPath.Of(adapter)} {Prompt}";
}
