using MolEngine.Basics.Text;

namespace MolEngine.Data.Records;

/// <summary>A field that no rule uses.</summary>
/// <param name="Path">Indices left out: <c>messages[].name</c>.</param>
public sealed record FieldShare(string Path, long Characters, long Occurrences);

/// <summary>A shape that fits records too, beside the one that they were read as, each with its fields.</summary>
public sealed record OtherReading(string Taken, string Other, long Records);

/// <summary>Records that have a part which says nothing.</summary>
/// <param name="First">Where the first of them lies: "file:12".</param>
public sealed record SilentCount(SilentPart Part, long Records, string First);

/// <summary>What became of the text of a corpus's records.</summary>
/// <param name="Used">Characters of fields that became part of documents.</param>
/// <param name="Unused">Fields that did not and that <c>ignore</c> does not name, the largest first.</param>
/// <param name="Shapes">Records read as each shape.</param>
/// <param name="OtherReadings">Shapes that fitted records too and would have used other text, the most frequent first.
/// </param>
/// <param name="IgnoredNowhere">What <c>ignore</c> names and no record has beside what is used.</param>
/// <param name="EmptyFiles">Files of folders in which there was nothing.</param>
/// <param name="Silent">Parts of records that are empty, each kind once.</param>
/// <param name="OddRoles">Roles of messages that no model is known to have, the most frequent first.</param>
/// <param name="Unheeded">Messages that say otherwise than is done whether they are trained on.</param>
public sealed record ReadingSummary(
    long Records,
    long Used,
    IReadOnlyList<FieldShare> Unused,
    IReadOnlyDictionary<ShapeName, long> Shapes,
    IReadOnlyList<OtherReading> OtherReadings,
    IReadOnlyList<string> IgnoredNowhere,
    IReadOnlyList<string> EmptyFiles,
    IReadOnlyList<SilentCount> Silent,
    IReadOnlyList<OddRole> OddRoles,
    IReadOnlyList<UnheededFlag> Unheeded)
{
    private const int Named = 6;

    /// <summary>The part of the text that no rule uses, from 0 to 1.</summary>
    public double UnusedShare => Unused.Count == 0 ? 0 : UnusedCharacters / (double)(Used + UnusedCharacters);

    private long UnusedCharacters => Unused.Sum(f => f.Characters);

    /// <summary>What a person should know of it, a sentence each; none where nothing is left out.</summary>
    /// <param name="corpus">Its name.</param>
    public IReadOnlyList<string> Lines(string corpus)
    {
        var lines = new List<string>();
        if (Unused.Count > 0)
        {
            lines.Add(
                $"corpus {corpus}: {Counts.Of(Unused.Count, "field")} not used, {Numbers.Percent(UnusedShare)} of the "
                    + $"text: {Fields(Unused)}. Name in ignore what may be left out");
        }

        foreach (OtherReading reading in OtherReadings)
        {
            lines.Add(
                $"corpus {corpus}: {Counts.Of(reading.Records, "record")} read as {reading.Taken} could be read as "
                    + $"{reading.Other} too. Say which is meant with shape, fields or template");
        }

        foreach (SilentCount silent in Silent)
        {
            lines.Add(
                $"corpus {corpus}: {Counts.Of(silent.Records, "record")} with an empty {NameOf(silent.Part)}, the "
                    + $"first {silent.First}: {Teaches(silent.Part)}. Take such records out of the file");
        }

        if (OddRoles.Count > 0)
        {
            string roles = string.Join(", ", OddRoles.Take(Named).Select(r => $"{r.Role} ({r.Messages:N0})"));
            lines.Add(
                $"corpus {corpus}: {Counts.Of(OddRoles.Sum(r => r.Messages), "message")} of other roles than "
                    + $"{string.Join(", ", OddRole.Usual)}: {roles}. The chat template writes what it does not know as "
                    + "it stands, or not at all: who asks should be user, who answers assistant");
        }

        foreach (UnheededFlag flag in Unheeded)
        {
            lines.Add(
                $"corpus {corpus}: {flag.Path} of {Counts.Of(flag.Messages, "message")} says " + (flag.AsksToTrain
                    ? "to train on them, and train_on: assistant trains on what the assistant says alone"
                    : "not to train on them, and train_on: all trains on all of a dialogue. Set train_on: assistant, "
                        + "which leaves such answers out"));
        }

        if (IgnoredNowhere.Count > 0)
        {
            lines.Add(
                $"corpus {corpus}: ignore: no record has {string.Join(", ", IgnoredNowhere)} beside what is used. "
                    + "Is it spelled as the records have it?");
        }

        if (EmptyFiles.Count > 0)
        {
            string more = EmptyFiles.Count > Named ? ", ..." : "";
            lines.Add(
                $"corpus {corpus}: {Counts.Of(EmptyFiles.Count, "empty file")}: "
                    + $"{string.Join(", ", EmptyFiles.Take(Named).Select(ShownPath.Of))}{more}");
        }

        return lines;
    }

    /// <exception cref="UserException">The larger part of the text is not used: what is trained on is not what the
    /// files are about. Or most records have no answer where they should have one.</exception>
    /// <param name="where">What the error calls the files: their path.</param>
    /// <param name="corpus">Its name.</param>
    public void RequireMostUsed(string where, string corpus)
    {
        if (Silent.FirstOrDefault(s => s.Part == SilentPart.Answer) is { } unanswered
            && 2 * unanswered.Records > Records)
        {
            throw new UserException(
                $"{where}: corpus {corpus}: expected answers to train on, got {unanswered.Records} of "
                    + $"{Counts.Of(Records, "record")} with an empty one, read as {Taken()}. Say how they are read "
                    + "(shape: NAME, fields or template), or take the file out");
        }

        if (UnusedCharacters <= Used)
            return;
        string readings = OtherReadings.Count == 0 ? ""
            : $" They could also be read as {string.Join(" or ", OtherReadings.Select(r => r.Other).Distinct())}.";
        string paths = string.Join(", ", Unused.Take(Named).Select(f => f.Path));
        throw new UserException(
            $"{where}: corpus {corpus}: expected most of its text used, got {Numbers.Percent(UnusedShare)} in fields "
                + $"that no rule uses, with records read as {Taken()}: {Fields(Unused)}.{readings} Say how they are "
                + $"read (shape: NAME, fields or template), or ignore: [{paths}]");
    }

    /// <summary>A shape's name in a config.</summary>
    internal static string NameOf(ShapeName shape) => shape switch
    {
        ShapeName.PromptCompletion => "prompt_completion",
        ShapeName.MultipleChoice => "multiple_choice",
        _ => shape.ToString().ToLowerInvariant(),
    };

    private static string NameOf(SilentPart part) => part.ToString().ToLowerInvariant();

    private static string Teaches(SilentPart part) => part switch
    {
        SilentPart.Answer => "it teaches to say nothing",
        SilentPart.Question => "its answer is trained on without one",
        _ => "a document of nothing but its end",
    };

    private string Taken() => string.Join(" and ", Shapes.OrderByDescending(s => s.Value).Select(s => NameOf(s.Key)));

    private string Fields(IReadOnlyList<FieldShare> fields)
    {
        double all = Used + UnusedCharacters;
        IEnumerable<string> shown = fields.Take(Named).Select(
            f => $"{f.Path} {Numbers.Percent(f.Characters / all)}");
        long rest = fields.Skip(Named).Sum(f => f.Characters);
        string more = rest == 0 ? "" : $", {Counts.Of(fields.Count - Named, "other")} {Numbers.Percent(rest / all)}";
        return string.Join(", ", shown) + more;
    }
}
