namespace MolEngine.Data.Synthesis;

/// <summary>What a made-up user is to speak of.</summary>
/// <param name="Name">For people.</param>
/// <param name="System">
/// What the assistant is told while the user's turn is made up; null for the chat template's own. The record does not
/// have it.
/// </param>
public sealed record Topic(string Name, string? System)
{
    /// <summary>The topics that a name is enough for.</summary>
    public static IReadOnlyList<Topic> Known { get; } =
    [
        new("general", null),
        new("advice", "You help people with questions of daily life: work, money, family, health, travel and home. You "
            + "ask back where something is unclear, and give practical steps."),
        new("knowledge", "You explain facts of history, geography, biology, physics, law, economics and the arts to "
            + "curious people, correctly and in plain words."),
        new("math", "You solve mathematical problems of school and university, step by step, and check the result."),
        new("code", "You are a programmer who writes, explains and repairs code in many languages, with examples."),
        new("writing", "You write and improve letters, e-mails, stories, speeches and summaries in the tone that is "
            + "asked for."),
        new("reasoning", "You think through puzzles, plans, comparisons and arguments, weighing what speaks for and "
            + "against, before you decide."),
        new("translation", "You translate between languages, and explain words, grammar and usage."),
        new("data", "You turn texts into tables, lists and JSON, extract what is asked for, and classify and sort."),
    ];
}
