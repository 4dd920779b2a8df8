using System.CommandLine;
using System.CommandLine.Parsing;
using MolEngine.Basics.Text;
using MolEngine.Engine.Training;
using MolEngine.Engine.Weights;
using Spectre.Console;

namespace MolEngine.Trainer.Cli;

/// <summary>
/// Parses a command line, runs its verb, and turns whatever goes wrong into a sentence and an exit code.
/// </summary>
internal static class CommandLine
{
    private static readonly string[] HelpNames = ["--help", "-h", "-?", "/?"];

    /// <param name="terminal">The output, where it is a terminal that may be drawn on.</param>
    /// <param name="letOutputGo">Called by a verb whose work goes on where the output is lost; may be null.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, IAnsiConsole? terminal,
        Action? letOutputGo = null)
    {
        using var context = new CommandContext(output, error, terminal, letOutputGo);
        return Faults.Guard(error, () =>
        {
            int code = Run(args, context);

            // Here, where a full disk behind a redirected output is still a sentence and a failure.
            output.Flush();
            return code;
        });
    }

    private static int Run(IReadOnlyList<string> args, CommandContext context)
    {
        IReadOnlyList<Verb> verbs = VerbTable.All();
        if (args.Count > 0 && args[0] == "help")
            args = [.. args.Skip(1), "--help"];
        if (args.Count == 0 || HelpNames.Contains(args[0]))
        {
            new ManualPage(args.Count == 0 ? context.Error : context.Out, context.Width).WriteProgram(verbs);
            return args.Count == 0 ? ExitCode.UserError : ExitCode.Done;
        }

        if (args[0] == "--version")
        {
            context.Out.WriteLine($"molengine {typeof(CommandLine).Assembly.GetName().Version!.ToString(3)}");
            return ExitCode.Done;
        }

        if (verbs.FirstOrDefault(v => v.Name == args[0]) is not { } verb)
            return UnknownVerb(args[0], verbs, context.Error);
        string[] rest = [.. args.Skip(1)];
        if (rest.TakeWhile(a => a != "--").Any(HelpNames.Contains))
        {
            new ManualPage(context.Out, context.Width).WriteVerb(verb);
            return ExitCode.Done;
        }

        return RunVerb(verb, rest, context);
    }

    /// <summary>What a verb is given, and what is wrong with it.</summary>
    internal static ParseResult Parse(Verb verb, string[] args)
    {
        // Built from the argument and option lists alone: no response files (@name may be a prompt), no bundling, no
        // directives.
        var command = new Command(verb.Name, verb.Purpose);
        foreach (Argument argument in verb.Arguments)
            command.Add(argument);
        foreach (Option option in verb.Options)
            command.Add(option);
        return command.Parse(
            args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
    }

    private static int RunVerb(Verb verb, string[] args, CommandContext context)
    {
        ParseResult parsed = Parse(verb, args);
        if (parsed.Errors.Count == 0)
            return Run(verb, parsed, context);
        foreach (ParseError mistake in parsed.Errors)
            context.Error.WriteLine($"molengine {verb.Name}: {Told(mistake)}");
        context.Error.WriteLine($"`{ProgramCommand.With($"{verb.Name} --help")}` shows how it is used.");
        return ExitCode.UserError;
    }

    /// <summary>Runs a verb; where a figure is not finite, the weight that it may come from is named.</summary>
    private static int Run(Verb verb, ParseResult parsed, CommandContext context)
    {
        try
        {
            return verb.Run(parsed, context);
        }
        catch (Exception e) when (e is NonFiniteException or RunFailedException { InnerException: NonFiniteException })
        {
            string? broken = context.Weights.Select(BrokenWeights.In).FirstOrDefault(b => b is not null);
            if (broken is null)
                throw;
            throw new RunFailedException($"{e.Message} {broken}. Fetch that file again", e);
        }
    }

    /// <summary>What is wrong, in our words where the parser would name a type of .NET.</summary>
    private static string Told(ParseError mistake)
    {
        if (mistake.SymbolResult is not OptionResult { Tokens: [Token given], Option: var option })
            return mistake.Message;
        Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        string? expected = type == typeof(int) || type == typeof(long) ? "an integer"
            : type == typeof(uint) || type == typeof(ulong) ? "an integer of at least 0"
            : type == typeof(double) ? "a number"
            : null;
        return expected is null ? mistake.Message : $"{option.Name}: expected {expected}, got {given.Value}";
    }

    private static int UnknownVerb(string given, IReadOnlyList<Verb> verbs, TextWriter error)
    {
        string? nearest = Nearest.Of(given, verbs.Select(v => v.Name));
        string advice = nearest is null
            ? $"expected one of {string.Join(", ", verbs.Select(v => v.Name))}"
            : $"did you mean {nearest}?";
        error.WriteLine($"molengine: {given}: unknown verb: {advice}");
        error.WriteLine($"`{ProgramCommand.With("--help")}` lists the verbs.");
        return ExitCode.UserError;
    }
}
