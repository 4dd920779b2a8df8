namespace MolEngine.Trainer.Cli;

/// <summary>Names of options that errors blame a mistake on.</summary>
internal static class OptionNames
{
    public const string Device = "--device";

    public const string Gemm = "--gemm";

    public const string CudaPath = "--cuda-path";
}
