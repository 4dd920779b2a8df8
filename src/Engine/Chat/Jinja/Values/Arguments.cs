namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>What is handed to a function, filter or test, but for the value that a filter or test is of.</summary>
internal sealed record Arguments(
    IReadOnlyList<Value> Positional, IReadOnlyList<KeyValuePair<string, Value>> Named)
{
    public static Arguments None { get; } = new([], []);

    public bool IsEmpty => Positional.Count + Named.Count == 0;

    /// <summary>The values of the parameters of a function; null for those that are not given.</summary>
    /// <param name="function">For errors.</param>
    /// <param name="required">How many of the first must be given.</param>
    public Value?[] Bind(string function, int required, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
        {
            throw TemplateFault.Type(
                $"{function}: expected at most {parameters.Length} arguments, got {Positional.Count}");
        }

        var values = new Value?[parameters.Length];
        for (int i = 0; i < Positional.Count; i++)
            values[i] = Positional[i];
        foreach ((string name, Value value) in Named)
        {
            int i = parameters.IndexOf(name);
            if (i < 0)
                throw TemplateFault.Type($"{function}: unexpected keyword argument '{name}'");
            if (values[i] is not null)
                throw TemplateFault.Type($"{function}: argument '{name}' is given twice");
            values[i] = value;
        }

        for (int i = 0; i < required; i++)
        {
            if (values[i] is null)
                throw TemplateFault.Type($"{function}: argument '{parameters[i]}' is missing");
        }

        return values;
    }

    /// <summary>The arguments of a function that takes none by name.</summary>
    public IReadOnlyList<Value> Unnamed(string function, int least, int most)
    {
        if (Named.Count > 0)
            throw TemplateFault.Type($"{function}() takes no keyword arguments");
        if (Positional.Count >= least && Positional.Count <= most)
            return Positional;
        string expected = least == most ? $"{least}" : $"{least} to {most}";
        throw TemplateFault.Type($"{function}() takes {expected} arguments ({Positional.Count} given)");
    }
}
