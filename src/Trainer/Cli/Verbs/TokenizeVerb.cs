using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class TokenizeVerb() : Verb("tokenize", "The token ids of texts.")
{
    private readonly Argument<string> _model = RequiredPath("MODEL", "Folder with tokenizer.json.");
    private readonly Option<string> _input = RequiredPathOption(
        "--input", "FILE", "JSONL, a record {\"text\": ...} a line.");
    private readonly Option<bool> _json = Flag(
        "--json", "A line {\"ids\": [...]} for each record; without it, the ids between spaces.");

    public override IReadOnlyList<Argument> Arguments => [_model];

    public override IReadOnlyList<Option> Options => [_input, _json];

    public override IReadOnlyList<string> Details =>
        ["A line for each record, in order. Nothing is added to a text's tokens."];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
        [("molengine tokenize models/base --input texts.jsonl --json", "A line {\"ids\": [...]} for each record.")];

    public override int Run(ParseResult arguments, CommandContext context) => TokenizeRunner.Run(
        new TokenizeOptions(
            Inputs.Folder(arguments.GetRequiredValue(_model), "MODEL", "tokenizer.json"),
            Inputs.File(arguments.GetRequiredValue(_input), "--input"),
            arguments.GetValue(_json)),
        context);
}
