using System.Text.Json;
using MolEngine.Basics.Text;
using MolEngine.Basics.Values;
using MolEngine.Engine.Files;

namespace MolEngine.Trainer.Cli;

/// <summary>Variables of a chat template on the command line: <c>NAME=VALUE</c>.</summary>
internal static class ChatVariable
{
    /// <summary>The variables, by name; of a name given twice the last value counts.</summary>
    /// <param name="option">For errors.</param>
    /// <exception cref="UserException">One has no name.</exception>
    public static MapValue Read(IReadOnlyList<string> given, string option)
    {
        OrderedDictionary<string, DataValue> variables = [];
        foreach (string variable in given)
        {
            int equals = variable.IndexOf('=');
            if (equals <= 0)
                throw new UserException($"{option}: expected NAME=VALUE (enable_thinking=false), got {variable}");
            variables[variable[..equals]] = Value(variable[(equals + 1)..]);
        }

        return new MapValue([.. variables]);
    }

    /// <summary>What is JSON is its value, anything else a text.</summary>
    private static DataValue Value(string text)
    {
        try
        {
            using JsonDocument json = StrictJson.Parse(text);
            return JsonValues.Of(json.RootElement);
        }
        catch (JsonException)
        {
            return new TextValue(text);
        }
    }
}
