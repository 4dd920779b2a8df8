using MolEngine.Basics.Text;
using MolEngine.Basics.Values;

namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>
/// IFEval's verifiable instructions (Zhou et al. 2023, "Instruction-Following Evaluation for Large Language Models"):
/// which of them a response follows, by the checkers of google-research/instruction_following_eval.
/// </summary>
public static class InstructionChecks
{
    /// <summary>An instruction's id, and what makes a check of its arguments.</summary>
    private static readonly Dictionary<string, Func<InstructionArguments, Func<string, bool>>> Checks = new()
    {
        ["keywords:existence"] = KeywordChecks.Existence,
        ["keywords:frequency"] = KeywordChecks.Frequency,
        ["keywords:forbidden_words"] = KeywordChecks.Forbidden,
        ["keywords:letter_frequency"] = KeywordChecks.LetterFrequency,
        ["language:response_language"] = CaseChecks.Language,
        ["length_constraints:number_sentences"] = LengthChecks.Sentences,
        ["length_constraints:number_paragraphs"] = LengthChecks.Paragraphs,
        ["length_constraints:number_words"] = LengthChecks.Words,
        ["length_constraints:nth_paragraph_first_word"] = LengthChecks.FirstWord,
        ["detectable_content:number_placeholders"] = FormatChecks.Placeholders,
        ["detectable_content:postscript"] = FormatChecks.Postscript,
        ["detectable_format:number_bullet_lists"] = FormatChecks.Bullets,
        ["detectable_format:constrained_response"] = FormatChecks.Constrained,
        ["detectable_format:number_highlighted_sections"] = FormatChecks.Highlights,
        ["detectable_format:multiple_sections"] = FormatChecks.Sections,
        ["detectable_format:json_format"] = FormatChecks.Json,
        ["detectable_format:title"] = FormatChecks.Title,
        ["combination:two_responses"] = FormatChecks.TwoResponses,
        ["combination:repeat_prompt"] = EndChecks.RepeatsPrompt,
        ["startend:end_checker"] = EndChecks.EndsWith,
        ["startend:quotation"] = EndChecks.Quoted,
        ["change_case:capital_word_frequency"] = CaseChecks.CapitalWords,
        ["change_case:english_capital"] = CaseChecks.AllCapital,
        ["change_case:english_lowercase"] = CaseChecks.AllLowercase,
        ["punctuation:no_comma"] = EndChecks.NoComma,
    };

    /// <summary>The ids of all instructions.</summary>
    public static IReadOnlyCollection<string> Ids => Checks.Keys;

    /// <summary>Which instructions a response follows.</summary>
    /// <param name="prompt">What was asked.</param>
    /// <param name="response">What the model answered.</param>
    /// <param name="ids">The question's <c>instruction_id_list</c>.</param>
    /// <param name="arguments">Its <c>kwargs</c>: a map for each instruction, nulls among its values.</param>
    /// <exception cref="UserException">An unknown instruction, or arguments that it cannot use.</exception>
    public static InstructionVerdict Judge(
        string prompt, string response, IReadOnlyList<string> ids, IReadOnlyList<MapValue> arguments)
    {
        if (ids.Count != arguments.Count)
        {
            throw new UserException(
                $"kwargs of a question with {ids.Count} instructions: expected {ids.Count} maps, got "
                + $"{arguments.Count}.");
        }

        string[] variants = Variants(response);
        Func<string, bool>[] checks =
            [.. ids.Select((id, i) => Check(id)(new InstructionArguments(id, arguments[i], prompt)))];
        return new InstructionVerdict(
            [.. checks.Select(check => Follows(check, response))],
            [.. checks.Select(check => variants.Any(v => Follows(check, v)))]);
    }

    /// <summary>A response of nothing but blanks follows nothing.</summary>
    private static bool Follows(Func<string, bool> check, string response) =>
        response.Trim().Length > 0 && check(response);

    private static Func<InstructionArguments, Func<string, bool>> Check(string id)
    {
        if (Checks.TryGetValue(id, out Func<InstructionArguments, Func<string, bool>>? check))
            return check;
        string nearest = Nearest.Of(id, Checks.Keys) is { } near ? $" Did you mean \"{near}\"?" : "";
        throw new UserException(
            $"instruction: expected one of {string.Join(", ", Checks.Keys)}, got \"{id}\".{nearest}");
    }

    private static string[] Variants(string response)
    {
        string[] lines = response.Split('\n');
        string[] cut =
        [
            response, Joined(lines.Skip(1)), Joined(lines.SkipLast(1)), Joined(lines.Skip(1).SkipLast(1)),
        ];
        return [.. cut, .. cut.Select(c => c.Replace("*", ""))];

        static string Joined(IEnumerable<string> lines) => string.Join('\n', lines).Trim();
    }
}
