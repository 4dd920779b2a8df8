using System.Text.RegularExpressions;

namespace MolEngine.Docs.Tests;

/// <summary>What is known of blocks and lines by their words. An entry that fits nothing on its page fails.</summary>
internal static partial class Tables
{
    /// <summary>Blocks whose first line is no command, by its beginning.</summary>
    public static IReadOnlyList<(string Page, string Begins, BlockKind Kind)> Blocks { get; } =
    [
        ("README.md", "held out            ce before", BlockKind.Output),
        ("docs/architecture.md", "Basics       -> .NET alone", BlockKind.Formula),
        ("docs/cluster.md", "mpirun -n 4 molengine selftest --ranks", BlockKind.Synopsis),
        ("docs/cluster.md", "mpirun -n 8 --map-by", BlockKind.Synopsis),
        ("docs/cluster.md", "#SBATCH --nodes", BlockKind.Synopsis),
        ("docs/evaluation.md", "task                             score", BlockKind.Output),
        ("docs/evaluation.md", "E = u(a) u(b) (k - 1) / k^2", BlockKind.Formula),
        ("docs/method.md", "CE       = -log p_y", BlockKind.Formula),
        ("docs/method.md", "reverse' = sum_c", BlockKind.Formula),
        ("docs/method.md", "dL/dz_v = c_v", BlockKind.Formula),
        ("docs/performance.md", "dotnet run --project tools/Benchmarks -c Release -- VERB", BlockKind.Synopsis),
        ("docs/performance.md", "molengine bench kernels [--device", BlockKind.Synopsis),
        ("docs/performance.md", "molengine plan CONFIG.yaml", BlockKind.Synopsis),
        ("docs/reliability.md", "MOLENGINE_CUDA_PATH=", BlockKind.Synopsis),
        ("docs/reliability.md", "MOLENGINE_FAULTS=all tests/", BlockKind.Synopsis),
        ("docs/reliability.md", "tools/soak.sh serve MODEL", BlockKind.Synopsis),
    ];

    /// <summary>
    /// Lines that a shell meets and that are not run here, as patterns of the shell, with the reason. Those of the
    /// program are parsed by its own parser.
    /// </summary>
    public static IReadOnlyList<(string Page, string Pattern, string Reason)> NotRun { get; } =
    [
        ("README.md", "dotnet test -c Release", "runs this test among all others"),
        ("docs/dependencies.md", "dotnet restore --force-evaluate", "asks the registry of packages"),
        ("docs/gpu.md", "molengine selftest", "needs a GPU"),
        ("docs/performance.md", "dotnet run --project tools/Benchmarks -c Release -- virtual-gpu", "takes minutes"),
        ("examples/ablation/README.md", "molengine experiment */ablation.yaml --output *", "takes an hour"),
        ("examples/medquad/README.md", "molengine magpie *", "takes minutes, of a model that is not here"),
        ("examples/medquad/README.md", "molengine experiment *", "takes hours, over data that is not here"),
        ("examples/paper/README.md", "molengine download *", "fetches gigabytes"),
        ("examples/paper/README.md", "molengine compare Qwen/Qwen3-8B *", "asks eleven benchmarks"),
        ("examples/paper/README.md", "molengine eval Qwen/Qwen3-8B *", "asks three benchmarks, 30,720 tokens each"),
    ];

    /// <summary>Runs that a page takes to be there already.</summary>
    public static IReadOnlyDictionary<string, string[]> Earlier { get; } = new Dictionary<string, string[]>
    {
        ["docs/evaluation.md"] = ["quickstart", "quickstart-ce", "cardiology"],
        ["docs/guide.md"] = ["quickstart-ce"],
        ["docs/method.md"] = ["cardiology"],
        ["docs/serving.md"] = ["cardiology"],
    };

    /// <summary>
    /// The file that later lines of a page mean by a block of YAML, and what makes it short where no line can.
    /// </summary>
    public static IReadOnlyList<(string Page, string Begins, string File, (string Is, string Becomes)[] Short)> Files
    {
        get;
    } =
    [
        ("docs/guide.md", "model: models/Qwen3-0.6B         #", "run.yaml", []),
        ("docs/evaluation.md", "task: cardiology", "cardiology.yaml", []),
        ("docs/experiments.md", "# yaml-language-server", "cardiology-experiment.yaml", [
            ("seeds: [1, 2, 3]", "seeds: [1]"),
            ("grid: {loss.alpha: [0, 0.1]}", "grid: {}"),
            ("  - {name: ce, set: {loss.kind: ce, optimizer.learning_rate: 3e-5}}\n", ""),
            ("steps: 400", "steps: 2, global_batch: 2"),
            ("  data: [benchmarks]", "  data: [benchmarks]\n  limit: 1"),
        ]),
    ];

    /// <exception cref="Xunit.Sdk.XunitException">No rule and no entry says what the block is.</exception>
    public static BlockKind KindOf(Block block)
    {
        BlockKind[] named =
        [
            .. Blocks.Where(b => b.Page == block.Page && block.FirstLine.StartsWith(b.Begins, StringComparison.Ordinal))
                .Select(b => b.Kind),
        ];
        if (named.Length > 0)
            return named[0];
        if (block.Language is "yaml")
            return BlockKind.Yaml;
        if (block.Language is "python")
            return BlockKind.Python;
        bool isCommand = block.Language.Length == 0 && Command().IsMatch(block.FirstLine);
        Assert.True(
            isCommand,
            $"{block.Place}: {block.FirstLine}: expected a block that a test knows, got none. Say in "
            + $"{nameof(Tables)}.{nameof(Blocks)} what it is");
        return BlockKind.Shell;
    }

    [GeneratedRegex(@"^(molengine|dotnet|curl|for) ")]
    private static partial Regex Command();
}
