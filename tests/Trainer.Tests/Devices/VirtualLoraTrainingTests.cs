using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Devices;

public sealed class VirtualLoraTrainingTests(VirtualRuns runs)
    : VirtualTraining(runs, "lora", bf16Distance: 0.15), IClassFixture<VirtualRuns>
{
    private readonly VirtualRuns _runs = runs;

    [Fact]
    public void A_run_goes_on_elsewhere_in_the_same_precision_alone()
    {
        string run = _runs.Half("lora", "fp32");
        foreach (string[] other in new string[][] { ["precision=bf16"], ["precision=auto"] })
        {
            string message = Assert.Throws<UserException>(
                () => SmallRun.Train(SmallRun.Reload(run, other), resume: true)).Message;
            Assert.Contains("precision: fp32 in the run, bf16 now", message);
        }

        SmallRun.Train(SmallRun.Reload(run, "device=cpu", "precision=auto"), resume: true);
        double distance = VirtualRuns.Distance(
            VirtualRuns.Saved(_runs.Whole("lora", "fp32"), "lora"), VirtualRuns.Saved(run, "lora"));
        Assert.InRange(distance, 1e-9, 1e-4);
    }
}
