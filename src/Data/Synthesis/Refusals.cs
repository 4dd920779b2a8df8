using System.Text.RegularExpressions;

namespace MolEngine.Data.Synthesis;

/// <summary>Finds answers in which a model says that it will not, or cannot, answer.</summary>
public static partial class Refusals
{
    /// <summary>Characters at the beginning in which a refusal stands.</summary>
    private const int Beginning = 240;

    /// <summary>Whether an answer begins with a refusal, in English or Chinese.</summary>
    public static bool IsRefusal(string answer)
    {
        string start = answer.TrimStart();
        start = start[..Math.Min(start.Length, Beginning)].Replace('\u2019', '\'');
        return English().IsMatch(start) || Chinese().IsMatch(start);
    }

    [GeneratedRegex(
        @"\b(?:"
        + @"(?:i'?m|i am)\s+(?:(?:very|so|really|terribly)\s+)?(?:sorry|afraid)\b[^.!?\n]{0,40}"
        + @"\b(?:can'?t|cannot|can not|unable|not able|won'?t|don'?t|do not)\b"
        + @"|i\s+(?:can'?t|cannot|can not|won'?t|will not|must decline to)\s+"
        + @"(?:help|assist|provide|answer|fulfil|fulfill|comply|do that|generate|create|continue|engage|discuss)\b"
        + @"|(?:i'?m|i am)\s+(?:unable|not able|not allowed|not permitted)\s+to\b"
        + @"|(?:i'?m|i am)\s+not\s+(?:\d+\s?%\s+)?(?:equipped|designed|programmed|trained|qualified|capable)\b"
        + @"|(?:i'?m|i am)\s+sorry\s+for\s+(?:any|the|your)\s+\w+[^\n]{0,80}?"
        + @"\b(?:as an?|i'?m an?|i am an?)\s+(?:[\w-]+\s+){0,3}(?:ai|chatbot|bot|assistant|language model|\w*lm)\b"
        + @"|there(?:'s| is)\s+no\s+way\s+(?:for\s+me\s+)?to\s+(?:provide|help|assist|give|tell)\b"
        + @"|as an? (?:ai|artificial intelligence|language|large language)\b[^.!?\n]{0,60}"
        + @"\b(?:can'?t|cannot|can not|unable|not able|don'?t|do not)\b"
        + @"|i (?:don'?t|do not) have (?:access to|the ability to|the capability to|personal)\b"
        + @")",
        RegexOptions.IgnoreCase)]
    private static partial Regex English();

    [GeneratedRegex(
        "(?:对不起|抱歉|很遗憾)[^。！？\\n]{0,30}(?:无法|不能|不会)"
        + "|作为(?:一个|一名)?(?:AI|人工智能|语言模型|大模型)[^。！？\\n]{0,30}(?:无法|不能|没有)")]
    private static partial Regex Chinese();
}
