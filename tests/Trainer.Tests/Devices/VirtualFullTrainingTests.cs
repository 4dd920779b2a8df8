namespace MolEngine.Trainer.Tests.Devices;

public sealed class VirtualFullTrainingTests(VirtualRuns runs)
    : VirtualTraining(runs, "full", bf16Distance: 0.02), IClassFixture<VirtualRuns>;
