using System.Diagnostics;
using MolEngine.Support;
using MolEngine.Trainer.Experiments;

namespace MolEngine.Trainer.Tests.Experiments;

/// <summary>The spec of the real model is whole where its data is: files, tasks and every cell.</summary>
public sealed class MedquadExampleTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void What_prepare_lays_out_is_what_the_spec_reads()
    {
        string data = Path.GetFullPath(Path.Combine(Shared.FilePath("data", "medquad", "readme.txt"), "..", ".."));
        string example = Path.Combine(Shared.Repository, "examples", "medquad");
        foreach (string name in (string[])["config.yaml", "medquad.yaml", "prepare.sh"])
            File.Copy(Path.Combine(example, name), _folder[name]);
        using (Process made = Process.Start(
            "sh", [_folder["prepare.sh"], Path.Combine(Shared.Repository, "examples", "quickstart", "model"), data]))
        {
            made.WaitForExit();
            Assert.Equal(0, made.ExitCode);
        }

        Assert.All((string[])["novel", "treatise", "stories"], t => Assert.All(
            Directory.GetFiles(_folder["texts/" + t]), f => Assert.InRange(new FileInfo(f).Length, 1000, 10_000)));
        File.WriteAllText(_folder["self.jsonl"], """{"text": "What the model says by itself."}""");
        ExperimentSpec spec = ExperimentReader.Load(_folder["medquad.yaml"]);
        ExperimentPlan plan = ExperimentPlan.Of(spec, _folder["out"], null);
        Assert.Equal(24, plan.Runs.Count);

        // A row of the field is seen as often in every cell.
        Assert.All(plan.Runs, r => Assert.Equal(
            2, r.Config.Order.GlobalBatch!.Value / r.Config.Data.Corpora.Count));
    }

    public void Dispose() => _folder.Dispose();
}
