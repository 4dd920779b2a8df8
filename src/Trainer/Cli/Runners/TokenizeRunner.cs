using MolEngine.Data;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Trainer.Cli.Runners;

internal static class TokenizeRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(TokenizeOptions options, CommandContext context)
    {
        Tokenizer tokenizer = Loading.Told(Tokenizer.Load(options.Model), context);
        foreach (TextRecord record in JsonlReader.Read(options.Input))
        {
            int[] ids = tokenizer.Encode(record.Text, addSpecialTokens: false);
            context.Out.WriteLine(options.Json ? $"{{\"ids\": [{string.Join(", ", ids)}]}}" : string.Join(' ', ids));
        }

        return ExitCode.Done;
    }
}
