using MolEngine.Runs;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Cli;

public sealed class InspectRunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Output => Path.Combine(_folder.Root, "run");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_interrupted_run_says_where_it_stands_and_how_to_go_on()
    {
        SmallRun.Interrupt(SmallRun.Load(Output, SmallRun.Lora), "step  6/11");
        string[] lines = Inspect();
        Assert.Contains("state          interrupted after step 6", lines);
        Assert.Contains("method         LoRA; mixture of losses, alpha 0.01; from random weights", lines);
        Assert.Contains("corpora        glass_bees (domain)", lines);
        Assert.Contains("               everyday (general)", lines);
        Assert.Contains("steps          6 of 11", lines);
        Assert.Contains(lines, l => l.StartsWith("model          ") && l.EndsWith("(Qwen3ForCausalLM)"));
        Assert.Matches(
            @"^training       loss \d\.\d+, grad norm \d.*, learning rate \d.*, tokens per second \d",
            Assert.Single(lines, l => l.StartsWith("training")));
        Assert.Matches(
            @"^held out       ce 5\.\d+ -> \d\.\d+, kl <.1e-11 -> 0\.\d+ at step 3 \(glass_bees\)$",
            Assert.Single(lines, l => l.StartsWith("held out")));
        Assert.Matches(
            @"^checkpoints    step 4, \d+\.\d KiB, validation loss \d",
            Assert.Single(lines, l => l.StartsWith("checkpoints")));
        Assert.Contains(lines, l => l.StartsWith("               step 6, "));
        Assert.Contains($"next           molengine train --resume {Output}", lines);
        Assert.DoesNotContain(lines, l => l.Contains("adapter"));
    }

    [Fact]
    public void A_run_that_is_held_is_running_and_names_its_owner()
    {
        SmallRun.Interrupt(SmallRun.Load(Output), "step  1/11");
        using (RunLock.Take(Output))
        {
            string[] lines = Inspect();
            Assert.Contains(
                lines, l => l.StartsWith($"state          running: held by process {Environment.ProcessId} on "));
            Assert.Contains(lines, l => l.StartsWith("next           tensorboard --logdir "));
        }

        Assert.Contains("state          interrupted after step 1", Inspect());
    }

    [Fact]
    public void A_finished_run_says_what_it_made_and_what_to_do_with_it()
    {
        SmallRun.Train(SmallRun.Load(Output, SmallRun.Questions(_folder)));
        string[] lines = Inspect();
        Assert.Matches(
            @"^questions      \d of 3 before training, \d of 3 after$",
            Assert.Single(lines, l => l.StartsWith("questions  ")));
        Assert.Contains(lines, l => l.StartsWith("state          finished 2"));
        Assert.Contains("steps          11 of 11", lines);
        Assert.Contains(lines, l => l.Contains(" -> ") && l.EndsWith("at step 11 (everyday)"));
        Assert.Contains(lines, l => l.TrimStart().StartsWith("model  ") && l.EndsWith("MiB"));
        Assert.Contains($"next           molengine generate {Output}/model --prompt \"...\"", lines);
        Assert.Contains($"               molengine export {Output} --to DIR", lines);
    }

    [Fact]
    public void A_run_without_a_checkpoint_and_one_whose_files_are_broken_are_told_apart()
    {
        string run = _folder.Folder("run");
        _folder.Write("run/config.yaml", "model: m\nmethod: lora\nsteps: 5\n");
        Assert.Contains("state          interrupted after step 0", Inspect());
        Assert.Contains("checkpoints    none", Inspect());
        Assert.Contains("there is no checkpoint", Inspect()[^1]);
        _folder.Folder("run/checkpoints/step-00000004");
        _folder.Write("run/run.json", "{");
        string[] lines = Inspect();
        string checkpoint = Path.Combine(run, "checkpoints", "step-00000004");
        Assert.Contains(lines, l => l.StartsWith($"checkpoints    damaged: {checkpoint}: state.json: expected"));
        Assert.Contains("after the damaged checkpoints are put right", lines[^1]);
        Assert.Contains(lines, l => l.StartsWith("note           run.json could not be read"));
    }

    private string[] Inspect() => TinyRun.Ok("inspect", Output).TrimEnd().Split('\n');
}
