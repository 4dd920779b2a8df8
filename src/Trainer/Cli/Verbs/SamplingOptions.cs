using System.CommandLine;
using MolEngine.Engine.Generation;

namespace MolEngine.Trainer.Cli.Verbs;

/// <summary>The options of a verb that draws tokens. Without any of them decoding is greedy.</summary>
internal sealed class SamplingOptions
{
    private readonly Option<double?> _temperature = Number("--temperature", "T", "Draw from softmax(logits / T).");
    private readonly Option<int?> _topK = new("--top-k")
    {
        HelpName = "K",
        Description = "Draw among the K most probable tokens.",
    };

    private readonly Option<double?> _topP = Number(
        "--top-p", "P", "Draw among the fewest tokens that together have probability P.");

    private readonly Option<double?> _minP = Number(
        "--min-p", "P", "Draw among tokens of at least P times the largest probability.");

    private readonly Option<double?> _repetition = Number(
        "--repetition-penalty", "R", "Divide the logits of tokens seen by R (prompt included).");

    private readonly Option<double?> _presence = Number(
        "--presence-penalty", "X", "Lower the logits of tokens generated before by X.");

    private readonly Option<double?> _frequency = Number(
        "--frequency-penalty", "X", "Lower them by X for each time they were generated.");

    private readonly Option<ulong?> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "The same seed draws the same text. Default: 42.",
    };

    public IReadOnlyList<Option> All =>
        [_temperature, _topK, _topP, _minP, _repetition, _presence, _frequency, _seed];

    /// <summary>Fixes what is drawn.</summary>
    public ulong Seed(ParseResult arguments) => arguments.GetValue(_seed) ?? 42;

    /// <summary>How tokens are drawn; null for greedy decoding.</summary>
    /// <exception cref="UserException">A value is out of range.</exception>
    public SamplingSettings? Settings(ParseResult arguments)
    {
        if (!All.Any(option => arguments.GetResult(option) is not null))
            return null;
        double Value(Option<double?> option, double absent, double least, double most, string range)
        {
            double value = arguments.GetValue(option) ?? absent;
            return value >= least && value <= most
                ? value
                : throw new UserException($"{option.Name}: expected {range}, got {value}");
        }

        const double Above0 = double.Epsilon;
        const double Largest = double.MaxValue;
        int topK = arguments.GetValue(_topK) ?? 0;
        if (topK < 0)
            throw new UserException($"{_topK.Name}: expected an integer of at least 0, got {topK}");
        return new SamplingSettings(
            Value(_repetition, 1, Above0, Largest, "a number above 0"),
            Value(_presence, 0, -Largest, Largest, "a number"),
            Value(_frequency, 0, -Largest, Largest, "a number"),
            Value(_temperature, 1, Above0, Largest, "a number above 0 (greedy decoding is without these options)"),
            topK,
            Value(_topP, 1, Above0, 1, "a number above 0, at most 1"),
            Value(_minP, 0, 0, 1, "a number from 0 to 1"));
    }

    private static Option<double?> Number(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description };
}
