using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Code;

/// <summary>
/// The first fenced block, the whole text where there is none, as OpenCompass takes it (
/// humaneval_postprocess_v2).
/// </summary>
internal sealed partial class FirstBlock : ICodeExtraction
{
    public string Extract(string output)
    {
        Match match = Block().Match(output);
        // The blanks before the first line are its indentation where the text goes on with a function's body.
        return match.Success ? match.Groups[1].Value : output;
    }

    [GeneratedRegex(@"```\w*\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
