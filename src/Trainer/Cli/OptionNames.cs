namespace MolEngine.Trainer.Cli;

/// <summary>Names of options that errors blame a mistake on.</summary>
internal static class OptionNames
{
    public const string Device = "--device";

    public const string Gemm = "--gemm";

    public const string CudaPath = "--cuda-path";

    public const string Code = "--code";

    public const string Kernel = "--kernel";

    public const string Short = "--short";

    public const string Json = "--json";

    public const string Ranks = "--ranks";
}
