namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>How a response begins and ends, and that it has no comma.</summary>
internal static class EndChecks
{
    public static Func<string, bool> RepeatsPrompt(InstructionArguments arguments)
    {
        string repeated = arguments.Text("prompt_to_repeat").Trim().ToLowerInvariant();
        return response => response.Trim().ToLowerInvariant().StartsWith(repeated, StringComparison.Ordinal);
    }

    public static Func<string, bool> EndsWith(InstructionArguments arguments)
    {
        string phrase = arguments.Text("end_phrase").Trim().ToLowerInvariant();
        return response => response.Trim().Trim('"').ToLowerInvariant().EndsWith(phrase, StringComparison.Ordinal);
    }

    public static Func<string, bool> Quoted(InstructionArguments arguments) =>
        response => response.Trim() is ['"', .., '"'];

    public static Func<string, bool> NoComma(InstructionArguments arguments) => response => !response.Contains(',');
}
