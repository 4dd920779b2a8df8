using MolEngine.Basics.Numerics;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Data.Synthesis;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>
/// Every record of a file gone on with, as often as asked: the records of a corpus, written as they come.
/// </summary>
internal static class GenerateCorpus
{
    /// <summary>Texts that are continued at a time.</summary>
    private const int MostRows = 16;

    public static void Run(
        GenerateOptions options, Ops ops, InferenceModel model, Tokenizer tokenizer, CommandContext context)
    {
        int end = DocumentEnd.Resolve(null, model.Config, tokenizer);
        DocumentTokenizer texts = DocumentTokenizer.Of(
            tokenizer, options.Model, end, templates: ChatTemplates.Load(options.Model));

        // All of them first: a bad record is told before minutes of work, not after.
        Opening[] openings = [.. Openings(options, texts)];
        IReadOnlyList<int> stops = StopIds.Of(options.Model, tokenizer, options.ChatVariables);
        int[] ends = [.. stops.Append(end).Distinct()];
        int records = checked(openings.Length * options.Count), rows = Math.Min(MostRows, records);
        int longest = openings.Max(o => o.Ids.Length) + options.MaxTokens;
        CancellationToken cancel = context.Interrupted;
        using RecordOutput output = RecordOutput.Open(options.Output, Work(options), context);
        using GenerationBatch batch = Batches.OfRows(
            ops, model, rows, longest, "--max-tokens", options.Deterministic);
        var runner = new DraftRunner(batch, rows);
        using (IRunDisplay display = context.OpenDisplay(context.Error))
        {
            Action<long, long> progress = display.Doing("generating", "document");
            foreach (Continued made in runner.Run(Drafts(output.Count), cancel))
            {
                output.Add(made.Record(tokenizer));
                progress(output.Count, records);
            }
        }

        output.Finish($"{Counts.Of(records, "document")}, {Counts.Of(runner.Tokens, "token")} generated");

        IEnumerable<Continued> Drafts(int from)
        {
            for (int i = from; i < records; i++)
            {
                Opening opening = openings[i / options.Count];
                yield return new Continued(opening, new GenerationRequest(opening.Ids, options.MaxTokens)
                {
                    Sampling = options.Sampling,
                    Seed = new CounterRandom(options.Seed, (ulong)i).Bits(0),
                    StopIds = opening.Record.Messages is null ? [end] : ends,
                });
            }
        }
    }

    /// <summary>What the records of the input begin with.</summary>
    private static IEnumerable<Opening> Openings(GenerateOptions options, DocumentTokenizer texts)
    {
        CorpusSettings input = CorpusInput.Of(options.Input!, options.ChatVariables, texts);
        foreach ((CorpusFile file, CorpusRecord record) in new RecordReader(input).ReadAll())
        {
            OpenRecord open = texts.Writer.Open(record, input, file.Path);
            int[] ids = texts.Beginning(open.Text, isDialogue: open.Messages is not null);
            if (texts.Encode(open.Text).Length == 0)
            {
                throw new UserException(
                    $"{file.PlaceOf(record.Line)}: text: expected a text of at least one token, got an empty one");
            }

            yield return new Opening(open, record, ids);
        }
    }

    /// <summary>Everything that the records depend on.</summary>
    private static Dictionary<string, string> Work(GenerateOptions options) =>
        new(ModelWork.Of(options.Model, options.Adapter, options.Device))
        {
            ["input"] = ModelWork.OfFile(options.Input!),
            ["count"] = $"{options.Count}",
            ["tokens"] = $"{options.MaxTokens}",
            ["sampling"] = options.Sampling is null ? "greedy" : $"{options.Sampling}",
            ["seed"] = $"{options.Seed}",
            ["chat variables"] = ModelWork.OfVariables(options.ChatVariables),
        };

    /// <param name="Ids">The tokens that the model goes on from.</param>
    private sealed record Opening(OpenRecord Record, CorpusRecord Source, int[] Ids);

    /// <summary>A record with what the model has said after it.</summary>
    private sealed class Continued(Opening opening, GenerationRequest request) : Draft
    {
        private GenerationRow? _row;

        public override GenerationRequest? Next(GenerationRow? answer) => (_row = answer) is null ? request : null;

        public string Record(Tokenizer tokenizer)
        {
            if (opening.Record.Messages is not { } messages)
                return MadeRecord.OfText(Whole(tokenizer));
            var said = new TextStream(tokenizer, request.StopIds, []);
            foreach (int id in _row!.Ids)
                said.Append(id);
            said.Finish();
            return MadeRecord.OfDialogue([.. messages, new("assistant", said.Text.Trim())], opening.Source.Variables);
        }

        /// <summary>
        /// The text and what goes on from it, decoded as one: how a token is written may depend on what stands before.
        /// </summary>
        private string Whole(Tokenizer tokenizer)
        {
            int[] text = tokenizer.Encode(opening.Record.Text, addSpecialTokens: false);
            var whole = new TextStream(tokenizer, [], [], skipSpecialTokens: false);
            foreach (int id in (int[])[.. text, .. _row!.Ids.Where(id => !request.StopIds.Contains(id))])
                whole.Append(id);
            whole.Finish();
            return whole.Text;
        }
    }
}
