using System.Text.Json.Nodes;
using MolEngine.Engine.Weights;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Devices;

/// <summary>
/// Runs of a <see cref="TinyRun"/> short enough for the virtual GPU: 4 steps of 3 rows of 32 tokens. Whole runs are
/// trained once for all tests of a class.
/// </summary>
public sealed class VirtualRuns : IDisposable
{
    private static readonly string[] Short =
    [
        "data.context=32", "data.held_out=2", "steps=4", "global_batch=3", "micro_batch=2",
        "validate={every: 4, documents: 1}", "samples=0", "checkpoint.every=2",
    ];

    private readonly Dictionary<string, string> _whole = [];
    private int _runs;

    internal TinyRun Tiny { get; } = new();

    /// <param name="where">"fp32" or "bf16" of the virtual GPU, or "cpu".</param>
    public static string[] Settings(string method, string where, params string[] more)
    {
        string[] device = where == "cpu" ? ["device=cpu"] : ["device=virtual", $"precision={where}"];
        string[] trained = method == "lora"
            ? ["lora={rank: 4, dropout: 0.2}"]
            : ["method=full", "optimizer.learning_rate=2e-3"];
        return [.. Short, .. trained, .. device, .. more];
    }

    /// <summary>A run from beginning to end; its folder.</summary>
    public string Whole(string method, string where) => _whole.TryGetValue($"{method} {where}", out string? folder)
        ? folder
        : _whole[$"{method} {where}"] = Train(Settings(method, where));

    public string Train(params string[] settings) => Tiny.Train(NewFolder(), settings);

    /// <summary>A run that was interrupted after two of its four steps; its folder.</summary>
    public string Half(string method, string where, params string[] more)
    {
        RunConfig run = Load(Settings(method, where, more));
        SmallRun.Interrupt(run, "step 2/4");
        return run.Output;
    }

    /// <summary>A run that is not started yet.</summary>
    public RunConfig Load(params string[] settings) =>
        RunConfigLoader.Load(Tiny.Config, [.. settings, $"output={Tiny.At(NewFolder())}"]);

    /// <summary>Distance over length, of all the tensors of two files as one vector.</summary>
    public static double Distance(string expected, string got)
    {
        using SafetensorsFile a = SafetensorsFile.Open(expected), b = SafetensorsFile.Open(got);
        double difference = 0, length = 0;
        foreach (string name in a.Entries.Keys)
        {
            ReadOnlySpan<float> x = a.Tensor(name).Span<float>(), y = b.Tensor(name).Span<float>();
            Assert.Equal(x.Length, y.Length);
            for (int i = 0; i < x.Length; i++)
            {
                difference += Math.Pow((double)x[i] - y[i], 2);
                length += Math.Pow(x[i], 2);
            }
        }

        Assert.True(length > 0);
        return Math.Sqrt(difference / length);
    }

    /// <summary>What a run of <paramref name="method"/> has saved in the end.</summary>
    public static string Saved(string folder, string method) => Path.Combine(
        folder, method == "lora" ? "adapter/adapter_model.safetensors" : "model/model.safetensors");

    public static JsonObject[] Metrics(string folder) =>
        [.. File.ReadAllLines(Path.Combine(folder, "metrics.jsonl")).Select(l => JsonNode.Parse(l)!.AsObject())];

    public static double Number(JsonNode? node) => node!.GetValue<double>();

    public void Dispose() => Tiny.Dispose();

    private string NewFolder() => $"run{_runs++}";
}
