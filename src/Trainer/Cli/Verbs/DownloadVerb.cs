using System.CommandLine;
using MolEngine.Hub;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class DownloadVerb() : Verb("download", "Fetch a model or a data set from the Hugging Face Hub.")
{
    private readonly Argument<string> _name = Required(
        "ID", "ORG/NAME of a model, datasets/ORG/NAME of a data set; behind it @BRANCH, @TAG or @COMMIT.");

    private readonly Option<string[]> _include = new("--include")
    {
        HelpName = "GLOB",
        Description = "Files to fetch instead of the usual ones; * goes across folders. May be given several times.",
        Arity = ArgumentArity.OneOrMore,
    };

    public override IReadOnlyList<Argument> Arguments => [_name];

    public override IReadOnlyList<Option> Options => [_include];

    public override IReadOnlyList<string> Details =>
    [
        "Fills the cache that Hugging Face's own programs have, in their layout: what they fetched is found here, and "
            + "the other way round. A name in place of a model folder, in a config or on the command line, is then "
            + "that snapshot; a corpus is path: hf://datasets/ORG/NAME[@REVISION][/PATH], where PATH may be a glob.",
        "Of a model it fetches what lies at its root of safetensors, configs, tokenizer files, chat templates, "
            + "licence and README; of a data set all files. Python's pickles (.bin, .pt, ...) are never fetched: they "
            + "run code when they are loaded.",
        "Eight files at a time. Ctrl-C, a kill or a broken connection leave what has come, and the same command goes "
            + "on from there. A busy server is asked again after pauses. A file gets its name when its checksum is "
            + "right. Two downloads at once wait for each other, file by file.",
        "What is private or gated needs a token, in HF_TOKEN or by `hf auth login`; gated ones also that their "
            + "licence is accepted on their page. The token is sent to the Hub and to no other host.",
        "Prints the snapshot's folder.",
    ];

    public override (string Title, IEnumerable<(string Name, string Text)> Lines) Table =>
        ("Environment", HubEnvironment.Manual);

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine download Qwen/Qwen3-0.6B", "Then `model: Qwen/Qwen3-0.6B` in a config is there."),
        ("molengine download HuggingFaceTB/SmolLM2-135M@main --include \"*.json\"", "Configs and tokenizer alone."),
        ("molengine download datasets/openai/gsm8k --include \"main/*\"", "A part of a data set."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string given = arguments.GetRequiredValue(_name);
        RepoPath? address = RepoPath.Parse(given);
        RepoName name = address?.Repo ?? RepoName.Parse(given) ?? throw Mistake(
            "ID", $"{given}: expected ORG/NAME[@REVISION] of a model or datasets/ORG/NAME[@REVISION] of a data set");
        string[] include = arguments.GetValue(_include) ?? [];
        if (include.Any(p => p.Length == 0))
            throw Mistake("--include", "expected a glob, got nothing");
        if (address?.Path.Length > 0)
        {
            throw Mistake(
                "ID", $"{given}: expected a repository, got a path in one. Say --include \"{address.Path}\" for that");
        }

        return DownloadRunner.Run(name, include, context);
    }
}
