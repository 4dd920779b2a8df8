using System.CommandLine;
using MolEngine.Data.Settings;
using MolEngine.Runs;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class InspectVerb() : Verb("inspect", "What a model, an adapter, a run or a corpus is made of.")
{
    private readonly Argument<string> _path = RequiredPath(
        "PATH", "Model folder, PEFT adapter, run directory or config; with --model also a corpus: a file or folder.");
    private readonly Option<string?> _model = OptionalPath(
        "--model", "DIR", "Model whose tokenizer makes tokens of a corpus; over a config, its model.");
    private readonly Option<string[]> _set = Settings(
        "Sets a key of a config, as in train. For a corpus its own keys need no prefix: --set split=lines.");

    private readonly Option<int> _showRows = new("--show-rows")
    {
        HelpName = "N",
        Description = "Rows of each corpus to show token by token. Default: 0.",
    };

    private readonly Option<string?> _html = OptionalPath(
        "--html", "FILE", "Writes what is told of a corpus or a config as a page too: FILE.html.");

    private readonly Option<bool> _json = Flag("--json", "Tells it as JSON instead.");

    private readonly Option<int?> _context = new("--context")
    {
        HelpName = "C",
        Description = "Tokens of a row: --set data.context=C.",
    };

    public override IReadOnlyList<Argument> Arguments => [_path];

    public override IReadOnlyList<Option> Options => [_model, _showRows, _html, _json, _context, _set];

    public override IReadOnlyList<string> Details =>
    [
        "Of a model or an adapter: the architecture, every tensor's shape and type, the number of parameters and the "
            + "memory they take.",
        "Of a run: whether it is finished, interrupted or running, and by whom; its model and method, the steps done, "
            + "the last figures, the checkpoints, what the folder holds, and how to go on.",
        "Of a corpus, or of all corpora of a config, by the code that trains: the shapes of records, fields "
            + "that nothing uses, documents and their lengths, tokens, rows, what of them is trained on, how often "
            + "the run sees a text, copies, and the first document as the model gets it. A copy is a document whose "
            + "text, as it is tokenized, equals another's in every character: within the corpus, in another one, held "
            + "out by another one, or a question's. A document is cut where it does not end in the row that it began "
            + "in.",
        "Rows follow with --show-rows: a document begins at each heading; between tokens stands \u2502, "
            + "and a token that nothing predicts, so that the loss does not see it, is in \u2039 \u203a. A character "
            + "of several tokens shows with its last; a line break is \u21b5.",
        "A corpus has the defaults of a config (`molengine train --help` lists the keys): rows of 8192 tokens, the "
            + "usual fields, part of it held out. Nothing is trained and no weights are read.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine inspect models/base", "Lists the tensors of a model."),
        ("molengine inspect runs/quickstart", "Says how a run stands."),
        ("molengine inspect run.yaml --show-rows 2", "All corpora of a config, and two rows of each."),
        ("molengine inspect run.yaml --html data.html", "The same as a page."),
        ("molengine inspect runs/quickstart/config.yaml --show-rows 2", "The same of a run."),
        ("molengine inspect books.jsonl --model models/base --context 512 --set \"template='{title}: {body}'\"",
            "A corpus alone, its documents made by a template."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string path = Inputs.Place(arguments.GetRequiredValue(_path));
        string? model = arguments.GetValue(_model);
        int rows = arguments.GetValue(_showRows);
        if (rows < 0)
            throw Mistake("--show-rows", $"expected an integer of at least 0, got {rows}");
        string? html = arguments.GetValue(_html);
        if (html is not null && Path.GetExtension(html).ToLowerInvariant() is not (".html" or ".htm"))
            throw Mistake("--html", $"expected a file named .html, got {html}");
        PathKind kind = KindOf(path, model);
        if (kind is PathKind.Config or PathKind.Corpus)
        {
            IReadOnlyList<string> settings = SettingsOf(arguments, kind, model);
            RunConfig run = kind == PathKind.Config
                ? RunConfigLoader.Load(path, settings)
                : RunConfigLoader.OfCorpus(path, settings);
            return InspectDataRunner.Run(
                new InspectDataOptions(
                    run, Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), kind == PathKind.Config, rows, html,
                    arguments.GetValue(_json)),
                context);
        }

        Option[] ofData = [_showRows, _html, _json, _context, _set];
        if (ofData.FirstOrDefault(o => arguments.GetResult(o) is { Implicit: false }) is { } given)
            throw Mistake(given.Name, $"expected a corpus or a config, got {path}, which is neither");
        return kind == PathKind.Run
            ? InspectRunRunner.Run(RunDirectory.Open(path), context)
            : InspectModelRunner.Run(path, context);
    }

    private static PathKind KindOf(string path, string? model)
    {
        // What the loader of configs finds as corpus: several files have no path of their own.
        if (model is not null && NamedInputs.IsAddress(path))
            return PathKind.Corpus;
        if (model is not null)
            return PathKinds.Of(path, "PATH", PathKind.Config, PathKind.Corpus);
        bool isSeveral = NamedInputs.IsAddress(path) && NamedInputs.OfModel(path)?.Paths.Count > 1;
        PathKind kind = isSeveral ? PathKind.Corpus : PathKinds.Of(
            path, "PATH", PathKind.Adapter, PathKind.Model, PathKind.Run, PathKind.Config, PathKind.Corpus);
        return kind != PathKind.Corpus ? kind : throw Mistake(
            "--model",
            $"missing: {path} is no model, adapter, run directory or config, and a corpus is shown in the tokens of a "
                + "model. Give --model DIR");
    }

    private List<string> SettingsOf(ParseResult arguments, PathKind kind, string? model)
    {
        List<string> settings = [];
        if (model is not null)
            settings.Add(RunConfigLoader.Setting(ConfigKeys.Model, Inputs.ModelFolder(model, "--model")));
        foreach (string setting in arguments.GetValue(_set) ?? [])
            settings.Add(kind == PathKind.Corpus ? RunConfigLoader.SettingOfCorpus(setting) : setting);
        if (arguments.GetValue(_context) is { } c)
            settings.Add($"{DataKeys.Context.Path}={c}");
        return settings;
    }
}
