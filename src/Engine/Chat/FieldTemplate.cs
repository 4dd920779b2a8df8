using MolEngine.Basics;
using MolEngine.Basics.Values;
using MolEngine.Engine.Chat.Jinja;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat;

/// <summary>
/// A text with fields of a record in it, in the Jinja of chat templates. It is strict where those are not: writing a
/// field that the record does not have is an error. It is read once, and can be used by several threads at a time.
/// </summary>
public sealed class FieldTemplate
{
    /// <summary>Keeps the line break at the end, which is the text's own here.</summary>
    private const string Nothing = "{{ '' }}";

    private readonly JinjaTemplate _template;
    private readonly string _name;

    private FieldTemplate(string source, string name)
    {
        Source = source;
        _name = name;
        _template = JinjaTemplate.Parse(source.EndsWith('\n') ? source + Nothing : source);
    }

    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="name">What errors call it: "mmlu: prompt".</param>
    /// <exception cref="UserException">It is no template, or has what is not supported.</exception>
    public static FieldTemplate Parse(string source, string name)
    {
        try
        {
            return new FieldTemplate(source, name);
        }
        catch (TemplateFault fault)
        {
            throw new UserException(
                $"{name}: line {fault.Line}: expected a template ({{{{ field }}}}), got one with a mistake: "
                    + fault.Message, fault);
        }
    }

    /// <summary>The text that a record's fields make.</summary>
    /// <param name="place">Where the record is from, for errors.</param>
    /// <exception cref="UserException">The record lacks a field that the text has, or the template fails on it.
    /// </exception>
    public string Render(MapValue fields, string place)
    {
        var reader = new ValueReader();
        Dictionary<string, Value> given = fields.Entries.ToDictionary(e => e.Key, e => reader.Read(e.Value));
        try
        {
            return _template.Run(given, TimeProvider.System, reader.Size, isStrict: true).Out.ToString();
        }
        catch (TemplateFault fault)
        {
            string names = string.Join(", ", fields.Entries.Select(e => e.Key));
            throw new UserException(
                $"{place}: {_name}: expected a record that the template can write, got: {fault.Message}. The record "
                    + $"has {names}", fault);
        }
    }
}
