using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Models">Folders of models, adapters or runs, PATH or NAME=PATH.</param>
/// <param name="Adapters">Folders of adapters on the base, NAME=PATH or PATH.</param>
/// <param name="Tasks">As <c>--tasks</c> has them; null: none.</param>
/// <param name="Data">Folders of the tasks' official files.</param>
/// <param name="Texts">NAME=FILE each.</param>
/// <param name="Domain">Names of the tasks and texts that were to be learned.</param>
/// <param name="HeldOut">
/// Whether held-out texts and questions of the runs count beside tasks and texts that are named.
/// </param>
/// <param name="Checkpoints">Whether checkpoints of runs are compared too, on texts.</param>
/// <param name="Limit">Items of a subset and documents of a text at most.</param>
/// <param name="Out">Folder of answers, page and JSON; null: answers lie where eval keeps them.</param>
/// <param name="Seed">Of the bootstrap, and of answers that are drawn.</param>
internal sealed record CompareOptions(
    string Base, IReadOnlyList<string> Models, IReadOnlyList<string> Adapters, string? Tasks,
    IReadOnlyList<string> Data, IReadOnlyList<string> Texts, IReadOnlyList<string> Domain, bool HeldOut,
    bool Checkpoints, int? Limit, bool AllowsCode, string? Out, string? Html, string? Json, ulong Seed,
    DeviceSettings Device);
