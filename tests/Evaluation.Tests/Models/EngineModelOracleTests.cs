using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Weights;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tests.Tasks;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Oracle;
using MolEngine.Support;

namespace MolEngine.Evaluation.Tests.Models;

/// <summary>
/// Log-likelihoods of tasks, from file to log, against the quickstart's model in float64 on ids that are put together
/// here as lm-evaluation-harness does it (<c>_encode_pair</c>, <c>_loglikelihood_tokens</c> and
/// <c>loglikelihood_rolling</c>): with a chat template and without, cut from the left, with choices whose tokens
/// join the prompt's, and with prompts that begin alike.
/// </summary>
public sealed partial class EngineModelOracleTests : IDisposable
{
    /// <summary>What fp32 leaves of a sum over an answer of a few tokens.</summary>
    private const double Tolerance = 1e-4;

    /// <summary>Tokens of the model's context here: some prompts are longer.</summary>
    private const int Context = 48;

    private readonly TempFolder _folder = new();
    private readonly Ops _ops = TestBackend.Cpu.Create();
    private readonly string _model;
    private readonly Tokenizer _tokenizer;
    private readonly OracleModel _truth;

    public EngineModelOracleTests()
    {
        string source = Path.Combine(Shared.Repository, "examples", "quickstart", "model");
        _model = Directory.CreateDirectory(Path.Combine(_folder.Root, "model")).FullName;
        foreach (string file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(_model, Path.GetFileName(file)));
        string config = Path.Combine(_model, "config.json");
        string json = Length().Replace(File.ReadAllText(config), $"\"max_position_embeddings\": {Context}");
        File.WriteAllText(config, json);
        _tokenizer = Tokenizer.Load(_model);
        using SafetensorsFile stored = SafetensorsFile.Open(Path.Combine(_model, "model.safetensors"));
        _truth = new OracleModel(OracleConfig.Parse(json), stored.Entries.Keys.ToDictionary(
            n => n, n => Doubles(stored.Tensor(n))));
    }

    public void Dispose()
    {
        _ops.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 5)]
    [InlineData(true, 3)]
    public void Choices_are_as_probable_as_in_float64(bool chat, int rows)
    {
        string shared = "The bells of the Vale of Orrin are kept by the people who live below them. ";
        _folder.Write("items.jsonl", $$"""
            {"question": "Who keeps Pellam?", "options": ["the shepherd", "a miller of the vale", "no"], "right": 0}
            {"question": "The caf", "options": ["é", "e", "\u00e9s \ud83d\udc1d"], "right": 0}
            {"question": "{{shared}}Who rings?", "options": ["the shepherd", "nobody at all"], "right": 1}
            {"question": "{{shared}}Who rings?\nA", "options": ["the shepherd", "nobody at all"], "right": 1}
            {"question": "{{shared}}{{shared}}{{shared}}Who?", "options": ["she", "the miller's oldest"], "right": 1}
            {"question": "Count: 1 2 3 ", "options": ["4", "5"], "right": 0}
            """);
        EvalTask task = TaskText.Choices("choices: texts\ndelimiter: \" \"\nscores: [acc, acc_norm]");
        JsonObject[] lines = Asked(task, chat, rows);
        Assert.Equal(6, lines.Length);
        int cut = 0;
        foreach (JsonObject line in lines)
        {
            string prompt = line["prompt"]!.ToString();
            Assert.Equal(chat, prompt.StartsWith("<|im_start|>", StringComparison.Ordinal));
            string[] continuations = [.. line["continuations"]!.AsArray().Select(c => c!.ToString())];
            double[] scored = [.. line["log_likelihoods"]!.AsArray().Select(x => (double)x!)];
            for (int i = 0; i < scored.Length; i++)
            {
                int[] context = Encode(prompt), own = Encode(prompt + continuations[i])[context.Length..];
                int[] ids = [.. context, .. own];
                ids = ids[Math.Max(0, ids.Length - Context - 1)..];
                cut += context.Length + own.Length - ids.Length;
                Assert.Equal(LogLikelihood(ids, own.Length), scored[i], Tolerance);
            }
        }

        Assert.True(cut > 0);
    }

    /// <summary>Every token of a text once, in windows of the context, of which each sees a token before it.</summary>
    [Fact]
    public void Texts_are_as_probable_as_in_float64()
    {
        string text = string.Join(' ', Enumerable.Repeat("The shepherd keeps the bell, and rings it at night.", 8));
        _folder.Write("items.jsonl", $$"""
            {"text": "{{text}}"}
            {"text": "Short."}
            """);
        EvalTask task = TaskReader.Read(
            """
            task: p
            version: "1"
            kind: perplexity
            data: [{test: items.jsonl}]
            prompt: "{{text}}"
            scores: [word_perplexity]
            """,
            "p.yaml");
        JsonObject[] lines = Asked(task, chat: false, rows: 2);
        Assert.True((int)lines[0]["windows"]! > 2);
        foreach (JsonObject line in lines)
        {
            // eos stands before a text where a model has no beginning of its own.
            int[] ids = [2045, .. Encode(line["text"]!.ToString())];
            double expected = 0;
            for (int done = 1; done < ids.Length;)
            {
                int end = Math.Min(done + Context, ids.Length), first = done == 1 ? 0 : Math.Max(0, end - Context - 1);
                expected += LogLikelihood(ids[first..end], end - done);
                done = end;
            }

            Assert.Equal(expected, (double)line["log_likelihood"]!, Tolerance);
        }
    }

    private JsonObject[] Asked(EvalTask task, bool chat, int rows)
    {
        ChatTemplate template = ChatTemplates.Load(_model).ForPlain();
        var choice = TaskChoice.Whole(task);
        var prepared = new PreparedTask(
            choice, TaskText.Find(choice, _folder.Root), new EvalSettings { Chat = chat }, template);
        using var loaded = new InferenceModel(_ops, _model, null);
        using var model = new EngineModel(_ops, loaded.Config, loaded.Weights, _tokenizer, [2045], rows);
        string path = Path.Combine(_folder.Root, $"{task.Id}-{chat}-{rows}.jsonl");
        using (var log = new ResultLog(path, new Dictionary<string, string>()))
            new TaskRun(model, prepared, TaskText.Judge(task), log).Run(CancellationToken.None);
        return [.. ResultLog.Lines(path).Select(l => JsonNode.Parse(l)!.AsObject())];
    }

    /// <summary>Of the last tokens, all those before them given.</summary>
    private double LogLikelihood(int[] ids, int last)
    {
        double[] logits = _truth.Forward(new OracleBatch([ids[..^1]])).Logits;
        int vocabulary = _truth.Config.VocabSize;
        double sum = 0;
        for (int at = ids.Length - last; at < ids.Length; at++)
        {
            double[] row = logits[((at - 1) * vocabulary)..(at * vocabulary)];
            double most = row.Max();
            sum += row[ids[at]] - most - Math.Log(row.Sum(x => Math.Exp(x - most)));
        }

        return sum;
    }

    private int[] Encode(string text) => _tokenizer.Encode(text, addSpecialTokens: false);

    private static double[] Doubles(Tensor stored) => stored.Type == DType.BF16
        ? [.. stored.Span<ushort>().ToArray().Select(b => (double)BitConverter.Int32BitsToSingle(b << 16))]
        : [.. stored.Span<float>().ToArray().Select(x => (double)x)];

    [GeneratedRegex("\"max_position_embeddings\": [0-9]+")]
    private static partial Regex Length();
}
