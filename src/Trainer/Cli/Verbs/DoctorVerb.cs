using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class DoctorVerb() : Verb("doctor", "What this machine offers: processor, vector width, memory, GPU.")
{
    public override IReadOnlyList<string> Details =>
    [
        "A machine without a GPU is fine: training then runs on the CPU.",
        "Of NVIDIA's libraries that are missing (the driver, NVRTC, cuBLASLt) every place where they were looked for is "
            + "listed. A folder to begin with can be named in MOLENGINE_CUDA_PATH.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
        [("molengine doctor", "Prints a line for each.")];

    public override int Run(ParseResult arguments, CommandContext context) => DoctorRunner.Run(context);
}
