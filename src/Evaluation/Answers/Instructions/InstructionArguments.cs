using System.Globalization;
using MolEngine.Basics.Values;

namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>
/// The arguments of an instruction, as google/IFEval's <c>kwargs</c> hold them: one map for all instructions, in which
/// a null says that the instruction has no such argument.
/// </summary>
/// <param name="id">The instruction: <c>keywords:frequency</c>.</param>
/// <param name="values">Its arguments.</param>
/// <param name="prompt">What was asked, for errors.</param>
internal sealed class InstructionArguments(string id, MapValue values, string prompt)
{
    /// <summary>Characters of the prompt that an error shows.</summary>
    private const int ShownPrompt = 60;

    private const string LessThan = "less than", AtLeast = "at least";

    public string Text(string name) => values[name] is TextValue text ? text.Text : throw Missing(name, "a text");

    public int Number(string name) =>
        values[name] is NumberValue number
        && double.TryParse(number.Literal, NumberStyles.Float, null, out double value) && value == Math.Floor(value)
        && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : throw Missing(name, "a whole number");

    public string[] Texts(string name) =>
        values[name] is ListValue list && list.Items.All(i => i is TextValue)
            ? [.. list.Items.Cast<TextValue>().Select(i => i.Text)]
            : throw Missing(name, "a list of texts");

    /// <summary>How many there must be of something, by a relation and a number.</summary>
    public Func<int, bool> Count(string relation, string number)
    {
        int bound = Number(number);
        return Text(relation) switch
        {
            LessThan => count => count < bound,
            AtLeast => count => count >= bound,
            _ => throw Missing(relation, $"\"{LessThan}\" or \"{AtLeast}\""),
        };
    }

    private UserException Missing(string name, string expected)
    {
        string got = values[name] switch
        {
            null => "nothing",
            NullValue => "null",
            DataValue value => ValueTexts.Literal(value) is { } literal ? $"\"{literal}\"" : "another kind of value",
        };
        string shown = prompt.Length > ShownPrompt ? prompt[..ShownPrompt] + "..." : prompt;
        return new UserException(
            $"kwargs of {id} in the question \"{shown.ReplaceLineEndings(" ")}\": {name}: expected {expected}, "
            + $"got {got}.");
    }
}
