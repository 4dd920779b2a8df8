using System.CommandLine;
using System.CommandLine.Parsing;
using MolEngine.Basics.Files;

namespace MolEngine.Trainer.Cli;

/// <summary>
/// A verb of the command line: its arguments and options, what its manual page says, and what it does. README.md of
/// this project says how one is added.
/// </summary>
/// <param name="name">As typed.</param>
/// <param name="purpose">One sentence.</param>
internal abstract class Verb(string name, string purpose)
{
    public string Name => name;

    public string Purpose => purpose;

    /// <summary>Paragraphs that a person needs before using it.</summary>
    public abstract IReadOnlyList<string> Details { get; }

    /// <summary>Command lines with what they do.</summary>
    public abstract IReadOnlyList<(string Line, string Does)> Examples { get; }

    /// <summary>Arguments, in order.</summary>
    public virtual IReadOnlyList<Argument> Arguments => [];

    public virtual IReadOnlyList<Option> Options => [];

    /// <summary>A table that follows the options, such as the keys of a config; empty without one.</summary>
    public virtual (string Title, IEnumerable<(string Name, string Text)> Lines) Table => ("", []);

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public abstract int Run(ParseResult arguments, CommandContext context);

    /// <summary>An argument that must be there.</summary>
    protected static Argument<string> Required(string name, string description) =>
        new(name) { Description = description, Arity = ArgumentArity.ExactlyOne };

    /// <summary>An option with a value, or null.</summary>
    protected static Option<string?> Optional(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description, Arity = ArgumentArity.ExactlyOne };

    protected static Option<string> RequiredOption(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description, Required = true, Arity = ArgumentArity.ExactlyOne };

    /// <summary>An argument that must be there and is a path: <c>~</c> at its beginning is the home folder.</summary>
    protected static Argument<string> RequiredPath(string name, string description)
    {
        Argument<string> argument = Required(name, description);
        argument.CustomParser = PathOf;
        return argument;
    }

    /// <summary>An option with a path, or null.</summary>
    internal static Option<string?> OptionalPath(string name, string value, string description)
    {
        Option<string?> option = Optional(name, value, description);
        option.CustomParser = PathOf;
        return option;
    }

    protected static Option<string> RequiredPathOption(string name, string value, string description)
    {
        Option<string> option = RequiredOption(name, value, description);
        option.CustomParser = PathOf;
        return option;
    }

    protected static string PathOf(ArgumentResult given) => HomePath.Expand(given.Tokens[^1].Value);

    protected static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary><c>--set KEY=VALUE</c>, any number of times.</summary>
    protected static Option<string[]> Settings(string description) =>
        new("--set") { HelpName = "KEY=VALUE", Description = description, Arity = ArgumentArity.OneOrMore };

    /// <exception cref="UserException">The option's value is less than 1.</exception>
    protected static int AtLeastOne(ParseResult arguments, Option<int> option)
    {
        int value = arguments.GetValue(option);
        return value >= 1
            ? value
            : throw Mistake(option.Name, $"expected an integer of at least 1, got {value}");
    }

    protected static UserException Mistake(string where, string message) => new($"{where}: {message}");
}
