using System.Text.Json;
using MolEngine.Basics.Numerics;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Oracle;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>A case folder of the references: its model, and its inputs as rows.</summary>
internal sealed class ReferenceCase : LoadedModel
{
    public ReferenceCase(string name, TestBackend? backend = null)
        : base(Shared.ReferencePath("cases", name), backend)
    {
    }

    private ReferenceCase(TestBackend backend, string folder)
        : base(folder, backend)
    {
    }

    /// <summary>A case in another folder.</summary>
    public static ReferenceCase At(string folder, TestBackend backend) => new(backend, folder);

    public ReferenceTensors Tensors(string name) => new(Path.Combine(Folder, name + ".safetensors"));

    public JsonElement Json(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json"))).RootElement;

    public Tensor New(string name, ReadOnlySpan<float> values, params int[] shape)
    {
        Tensor t = Arena.Allocate(name, DType.F32, shape);
        Ops.Upload(values, t);
        return t;
    }

    /// <summary>
    /// fp32 copies of all tensors of the model, or of those of a file under a prefix, by Hugging Face name.
    /// </summary>
    public Dictionary<string, Tensor> Trainable(ReferenceTensors? from = null, string prefix = "")
    {
        var result = new Dictionary<string, Tensor>();
        foreach (string name in TensorNames())
        {
            Tensor copy = Arena.Allocate(name, DType.F32, Stored[name].Shape.Dimensions.ToArray());
            if (from is null)
                Ops.Copy(Ops.Adopt(Stored[name], Arena), copy);
            else
                Ops.Upload<float>(from.Floats(prefix + name), copy);
            result[name] = copy;
        }

        return result;
    }

    /// <summary>Every tensor of the model once: a tied head has no entry of its own.</summary>
    public IEnumerable<string> TensorNames() =>
        Architectures.Of(Config).Tensors(Config).Select(t => t.Name).Where(n => !(Config.TieWordEmbeddings
            && n == ModuleNames.Head));

    /// <summary>The case's adapter, or one whose matrices come from a file of PEFT's names.</summary>
    public (LoraConfig Config, Dictionary<string, (Tensor A, Tensor B)> Modules) Adapter(
        ReferenceTensors? from = null, bool zeroB = false)
    {
        PeftAdapter adapter = PeftAdapter.Load(Path.Combine(Folder, "adapter"), Config);
        var modules = new Dictionary<string, (Tensor A, Tensor B)>();
        foreach ((string module, (Tensor a, Tensor b)) in adapter.Modules)
        {
            Tensor Copy(Tensor stored, string name, bool zero)
            {
                float[] values = from is null ? stored.Span<float>().ToArray() : from.Floats(name);
                if (zero)
                    Array.Clear(values);
                return New(name, values, stored.Shape.Dimensions.ToArray());
            }

            modules[module] = (Copy(a, PeftNames.A(module), false), Copy(b, PeftNames.B(module), zeroB));
        }

        return (adapter.Config, modules);
    }

    /// <summary>The stored model in float64.</summary>
    public OracleModel OracleModel()
    {
        var weights = new Dictionary<string, double[]>();
        foreach (string name in TensorNames())
        {
            Tensor stored = Stored[name];
            weights[name] = stored.Type == DType.BF16
                ? Array.ConvertAll(stored.Span<ushort>().ToArray(), x => (double)Bf16.Widen(x))
                : Array.ConvertAll(stored.Span<float>().ToArray(), x => (double)x);
        }

        return new OracleModel(OracleConfig.Parse(File.ReadAllText(Path.Combine(Folder, "config.json"))), weights);
    }

    /// <summary>The case's adapter in float64.</summary>
    public OracleLora OracleLora()
    {
        PeftAdapter adapter = PeftAdapter.Load(Path.Combine(Folder, "adapter"), Config);
        double[] Doubles(Tensor t) => Array.ConvertAll(t.Span<float>().ToArray(), x => (double)x);
        var tensors = new Dictionary<string, double[]>();
        foreach ((string module, (Tensor a, Tensor b)) in adapter.Modules)
            (tensors[PeftNames.A(module)], tensors[PeftNames.B(module)]) = (Doubles(a), Doubles(b));
        return new OracleLora(adapter.Config.Scale, tensors);
    }

    /// <summary>Adds the gradients of a batch to the student's: the batch's loss, and its rows' figures.</summary>
    public (double Loss, RowFigures[] Rows) Accumulate(
        TokenRow[] rows, Student student, TransformerWeights? reference, LossOptions options)
    {
        var batchLoss = new BatchLoss(options, rows);
        using var pass = new LossPass(
            Ops, Config, Tokens(rows), Positions(rows), options.TopN, Retention.All, student.Weights);
        pass.AccumulateGradients(
            rows, batchLoss.Weights, [.. Enumerable.Range(0, rows.Length)], student.TrainingWeights(0), reference,
            student.Gradients);
        RowFigures[] figures = pass.Collect();
        student.FinishGradients();
        return (batchLoss.Value(figures), figures);
    }

    /// <summary>Rows of a file's inputs.</summary>
    public static TokenRow[] Rows(ReferenceTensors t) => [.. ReferenceRow.Of(t).Select(r =>
    {
        int start = 0;
        int[] starts = [.. r.Documents.Select(d => (start += d.Length) - d.Length)];
        return new TokenRow(r.Documents.SelectMany(d => d).ToArray(), starts, r.General ? CorpusKind.General
            : CorpusKind.Domain, r.FirstPosition);
    })];

    /// <summary>
    /// Of a [B, T, width] truth, the values of the tokens that are in <paramref name="rows"/>, in their order.
    /// </summary>
    public static double[] Gather(ReferenceTensors t, string name, TokenRow[] rows)
    {
        int[] shape = t.Shape(name);
        double[] all = t[name];
        var kept = new List<double>(all.Length);
        for (int b = 0; b < rows.Length; b++)
            kept.AddRange(all.AsSpan(b * shape[1] * shape[2], rows[b].Tokens.Length * shape[2]));
        return [.. kept];
    }

    public static int Tokens(IEnumerable<TokenRow> rows) => rows.Sum(r => r.Tokens.Length);

    public static int Positions(IEnumerable<TokenRow> rows) => rows.Max(r => r.FirstPosition + r.Tokens.Length) + 1;
}
