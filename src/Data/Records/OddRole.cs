namespace MolEngine.Data.Records;

/// <summary>Messages of a role that is none of the usual ones: most templates write any name as it stands.</summary>
public sealed record OddRole(string Role, long Messages)
{
    /// <summary>The roles that chat templates are written for, with those of tools.</summary>
    public static IReadOnlyList<string> Usual { get; } =
        ["system", "user", "assistant", "tool", "developer", "function", "ipython"];

    /// <summary>Whether a role is one of <see cref="Usual"/>.</summary>
    public static bool IsUsual(string role) => Usual.Contains(role);
}
