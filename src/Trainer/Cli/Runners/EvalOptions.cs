using MolEngine.Evaluation.Harness;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Tasks">As <c>--tasks</c> has them.</param>
/// <param name="Data">Folders of official files.</param>
/// <param name="Output">Folder of the results; null: one by the model's name.</param>
/// <param name="Rows">Prompts at once; null leaves it to the device.</param>
/// <param name="Json">Whether one JSON object is the result instead of a table.</param>
/// <param name="JsonFile">File that gets it; null: the standard output.</param>
internal sealed record EvalOptions(
    string Model, string? Adapter, string Tasks, IReadOnlyList<string> Data, string? Output, EvalSettings Settings,
    int? Rows, bool AllowsCode, bool Json, string? JsonFile, DeviceSettings Device);
