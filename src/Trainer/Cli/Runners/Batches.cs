using MolEngine.Basics.Text;
using MolEngine.Engine.Generation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Makes the batches that verbs generate in, and says what to do where there is no memory for one.</summary>
internal static class Batches
{
    /// <summary>Rows at once of an evaluation, where nobody names a number.</summary>
    public static int UsualRows(Ops ops) => ops.Gpu is null ? 8 : 32;

    /// <summary>A batch with room for so many rows.</summary>
    /// <param name="longest">Tokens of a row, prompt and answer.</param>
    /// <param name="option">What is to be lower where there is too little memory.</param>
    /// <param name="deterministic">See <see cref="GenerationBatch"/>.</param>
    /// <exception cref="UserException">No cache holds as many tokens.</exception>
    /// <exception cref="EnvironmentFaultException">There is too little memory.</exception>
    public static GenerationBatch OfRows(
        Ops ops, InferenceModel model, int rows, long longest, string option, bool deterministic = false)
    {
        if (longest > (int.MaxValue / rows) - PagedLayout.PageTokens)
        {
            throw new UserException(
                $"{option}: expected fewer tokens than a cache can hold, got {Counts.Of(rows * longest, "token")} in "
                + $"{Counts.Of(rows, "row")}");
        }

        int pages = rows * PagedLayout.PagesOf((int)longest);
        return OfTokens(ops, model, rows, pages * PagedLayout.PageTokens, (int)longest, option, deterministic);
    }

    /// <summary>A batch with room for so many tokens of all its rows.</summary>
    /// <param name="longest">Tokens of a row, prompt and answer.</param>
    /// <inheritdoc cref="OfRows" path="/param"/>
    /// <exception cref="EnvironmentFaultException">There is too little memory.</exception>
    public static GenerationBatch OfTokens(
        Ops ops, InferenceModel model, int rows, int tokens, int longest, string option, bool deterministic)
    {
        try
        {
            return new GenerationBatch(ops, model.Config, model.Weights, rows, tokens, longest, deterministic);
        }
        catch (OutOfDeviceMemoryException e)
        {
            throw new EnvironmentFaultException(
                $"{option}: expected room for the keys and values of {Counts.Of(tokens, "token")}, got too little "
                + "memory. Lower it", e);
        }
    }
}
