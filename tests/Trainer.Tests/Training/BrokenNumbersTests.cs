using MolEngine.Engine.Weights;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>Numbers that are NaN or infinite are named, and never saved.</summary>
public sealed class BrokenNumbersTests : IDisposable
{
    private readonly TinyRun _run = new();

    /// <summary>The update has a finite loss and gradient, and leaves parameters that are not.</summary>
    [Theory]
    [InlineData("steps=1", "checkpoint.every=0")]
    [InlineData("steps=2", "checkpoint.every=1")]
    public void Parameters_that_an_update_broke_are_not_saved(string steps, string checkpoints)
    {
        (int code, string output, string error) = TinyRun.Run(_run.Arguments(
            "out", steps, "global_batch=1", "micro_batch=1", "validate.every=0", checkpoints, "samples=0",
            "optimizer={learning_rate: 1e39, schedule: constant, warmup_steps: 0, clip: 0}"));
        Assert.True(code == ExitCode.Failed, error);
        Assert.DoesNotContain("\nsaved ", output);
        Assert.Contains("expected finite numbers, got ", error);
        Assert.Contains("the learning rate is too high", error);
        Assert.Contains("No checkpoint is saved.", error);
        Assert.False(Directory.Exists(_run.At("out/adapter")));
        Assert.Empty(Directory.GetFileSystemEntries(_run.At("out"), ".*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_broken_weight_is_named_with_its_file_and_place()
    {
        string weights = Path.Combine(_run.Model, "model.safetensors");
        long at = Plant(weights, "model.layers.1.mlp.up_proj.weight", row: 3, column: 5, columns: 32, float.NaN);
        Assert.True(at > 0);
        string says = $"{weights}: model.layers.1.mlp.up_proj.weight: expected finite numbers, got NaN at [3, 5]";
        Assert.Equal(says, BrokenWeights.In(_run.Model));
        foreach (string[] command in (string[][])
        [
            ["score", _run.Model, "--input", _run.Texts],
            ["generate", _run.Model, "--prompt", "a", "--max-tokens", "1"],
            _run.Arguments("out", "steps=1", "global_batch=1", "micro_batch=1", "samples=0"),
        ])
        {
            (int code, _, string error) = TinyRun.Run(command);
            Assert.Equal(ExitCode.Failed, code);
            Assert.Contains(says, error);
        }
    }

    public void Dispose() => _run.Dispose();

    /// <summary>Puts a number into a matrix of fp32; gives its place in the file.</summary>
    private static long Plant(string path, string name, int row, int column, int columns, float value)
    {
        byte[] file = File.ReadAllBytes(path);
        int header = BitConverter.ToInt32(file);
        using var json = System.Text.Json.JsonDocument.Parse(file.AsMemory(8, header));
        int start = json.RootElement.GetProperty(name).GetProperty("data_offsets")[0].GetInt32();
        int at = 8 + header + start + (((row * columns) + column) * sizeof(float));
        BitConverter.TryWriteBytes(file.AsSpan(at), value);
        File.WriteAllBytes(path, file);
        return at;
    }
}
