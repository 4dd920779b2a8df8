using System.Text;

namespace MolEngine.Trainer.Cli;

/// <summary>Scripts by which shells complete verbs and options; what is neither is completed as a path.</summary>
internal static class Completion
{
    private const string Help = "--help";

    /// <summary>For bash; zsh reads it too, after its own bashcompinit.</summary>
    public static string Bash(IReadOnlyList<Verb> verbs, bool forZsh)
    {
        var script = new StringBuilder();
        if (forZsh)
            script.Append("autoload -U +X bashcompinit && bashcompinit\n");
        script.Append("_molengine() {\n    local current=\"${COMP_WORDS[COMP_CWORD]}\" words\n")
            .Append("    if [[ $COMP_CWORD -eq 1 ]]; then\n        words=\"")
            .AppendJoin(' ', verbs.Select(v => v.Name).Append(Help).Append("--version"))
            .Append("\"\n    elif [[ $current != -* ]]; then\n        return\n    else\n")
            .Append("        case ${COMP_WORDS[1]} in\n");
        foreach (Verb verb in verbs)
        {
            script.Append($"            {verb.Name}) words=\"").AppendJoin(' ', Options(verb).Select(o => o.Name))
                .Append("\" ;;\n");
        }

        return script.Append("        esac\n    fi\n    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\n")
            .Append("complete -o default -F _molengine molengine\n").ToString();
    }

    public static string Fish(IReadOnlyList<Verb> verbs)
    {
        var script = new StringBuilder();
        foreach (Verb verb in verbs)
        {
            script.Append("complete -c molengine -n __fish_use_subcommand -a ")
                .Append($"{verb.Name} -d {Quoted(verb.Purpose)}\n");
            foreach ((string name, string text, bool hasValue) in Options(verb))
            {
                script.Append($"complete -c molengine -n '__fish_seen_subcommand_from {verb.Name}' -l {name[2..]}")
                    .Append($"{(hasValue ? " -r" : "")} -d {Quoted(text)}\n");
            }
        }

        return script.ToString();
    }

    private static IEnumerable<(string Name, string Text, bool HasValue)> Options(Verb verb) => verb.Options
        .Select(o => (o.Name, o.Description ?? "", o.Arity.MaximumNumberOfValues > 0 && o.ValueType != typeof(bool)))
        .Append((Help, "The manual page.", false));

    private static string Quoted(string text) => $"'{text.Replace("\\", "\\\\").Replace("'", "\\'")}'";
}
