using System.Text;
using MolEngine.Basics;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja;

/// <summary>
/// One rendering of a template: where it is, what it has written, and what it may still do. What it does is bounded:
/// a template that would not end, or would fill the memory, is an error.
/// </summary>
/// <param name="variables">What the template is given.</param>
/// <param name="clock">The time that <c>strftime_now</c> tells.</param>
/// <param name="inputSize">Size of the variables' texts: the more text, the more may be done with it.</param>
internal sealed class Render(IReadOnlyDictionary<string, Value> variables, TimeProvider clock, long inputSize)
{
    /// <summary>What may be done, and made, for each character and value that is given.</summary>
    private const long MostEach = 64;

    /// <summary>Characters that a comparison goes through in the time of a step.</summary>
    private const int CharactersAStep = 1024;

    /// <summary>Characters that a comparison goes through in the time of an item of a list.</summary>
    private const int CharactersAnItem = 32;

    [ThreadStatic]
    private static Render? _current;

    private readonly long _mostSteps = Limits.TemplateSteps + (MostEach * inputSize);
    private readonly long _mostProduced = Limits.TemplateProduced + (MostEach * inputSize);
    private readonly Dictionary<string, Value> _globals = [];
    private long _steps;
    private long _produced;
    private int _calls;
    private int _captures;

    /// <summary>The rendering of this thread; null for none. Values in values count their steps there.</summary>
    public static Render? Current => _current;

    /// <summary>Whether writing what is not there is an error; else it writes nothing.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Where the template's text goes now.</summary>
    public StringBuilder Out { get; private set; } = new(RoomFor(inputSize));

    /// <summary>The variables of the function that runs.</summary>
    public Locals Locals { get; set; } = Locals.Nothing;

    /// <summary>The line that runs.</summary>
    public int Line { get; set; }

    public DateTimeOffset Now => clock.GetLocalNow();

    /// <summary>The spans of <c>{% generation %}</c> so far, in UTF-16 units of the whole text.</summary>
    public List<TextSpan> Spans { get; } = [];

    /// <summary>Line of a <c>{% generation %}</c> inside of a text that is put together apart; null for none.</summary>
    public int? LostSpan { get; private set; }

    /// <summary>Where messages are written; null where nobody asks.</summary>
    public MessagePlaces? Places { get; init; }

    /// <summary>A variable that no part of the template sets; null where there is none.</summary>
    public Value? Resolve(string name)
    {
        if (variables.TryGetValue(name, out Value? value) || _globals.TryGetValue(name, out value))
            return value;
        if (Library.Globals.Find(name) is not { } found)
            return null;
        _globals[name] = found;
        return found;
    }

    /// <summary>Counts a step.</summary>
    public void Step(long count = 1)
    {
        _steps += count;
        if (_steps > _mostSteps)
        {
            throw TemplateFault.Limit(
                $"the template works too long: expected at most {_mostSteps:N0} steps, got more");
        }
    }

    /// <summary>Counts what a look through a value takes.</summary>
    public void Look(Value value) => Step(1 + (Size(value) / CharactersAStep));

    /// <summary>Runs the template itself.</summary>
    public void RunTemplate(Locals locals, Action run)
    {
        Render? outer = _current;
        _current = this;
        try
        {
            Call(
                locals,
                () =>
                {
                    run();
                    return true;
                });
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>Counts text or items that are about to be made.</summary>
    public void Produce(long size)
    {
        Step();
        _produced += size;
        if (_produced > _mostProduced)
        {
            throw TemplateFault.Limit(
                $"the template makes too much text: expected at most {_mostProduced:N0} characters, got more");
        }
    }

    public void Write(string text)
    {
        Produce(text.Length);
        Out.Append(text);
    }

    /// <summary>Writes a value that must be a text: what a block gives is not made into one.</summary>
    public void WriteText(Value value) => Write(value is Str text
        ? text.Text
        : throw TemplateFault.Type($"sequence item: expected str instance, {value.TypeName} found"));

    /// <summary>The text that an action writes.</summary>
    public string Capture(Action write)
    {
        StringBuilder outer = Out;
        Out = new StringBuilder();
        _captures++;
        try
        {
            write();
            return Out.ToString();
        }
        finally
        {
            _captures--;
            Out = outer;
        }
    }

    /// <summary>Runs a function of the template in variables of its own.</summary>
    /// <param name="locals">Its variables, parameters filled in.</param>
    public T Call<T>(Locals locals, Func<T> body)
    {
        Step();
        Nesting.Check();
        if (++_calls > Limits.TemplateCalls)
            throw TemplateFault.Limit(
                $"macros call each other too deep: expected at most {Limits.TemplateCalls} calls, got more");
        Locals outer = Locals;
        Locals = locals;
        try
        {
            return body();
        }
        finally
        {
            Locals = outer;
            _calls--;
        }
    }

    /// <summary>Where the text of a round of a loop begins; null where its item is no message that is followed.
    /// </summary>
    public int? MessageBegins(Value item) => Places is { } places && places.Enter(item) ? Out.Length : null;

    /// <summary>Notes what has been written since <see cref="MessageBegins"/>.</summary>
    public void MessageEnds(Value item, int start)
    {
        bool isKnown = _captures == 0 || start == Out.Length;
        Places!.Leave(item, isKnown ? new TextSpan(start, Out.Length) : null);
    }

    /// <summary>Notes a span of <c>{% generation %}</c> that has just been written.</summary>
    public void Generated(int start, int line)
    {
        if (_captures > 0)
            LostSpan ??= line;
        else
            Spans.Add(new TextSpan(start, Out.Length));
    }

    /// <summary>Characters to begin with: what a template writes is little more than what it is given.</summary>
    private static int RoomFor(long inputSize) => (int)Math.Min(256 + inputSize + (inputSize / 8), 1 << 16);

    /// <summary>What a look through a value takes, in characters.</summary>
    private static long Size(Value value) =>
        value is Str text ? text.Text.Length : CharactersAnItem * (value.Length ?? 0L);
}

/// <summary>The variables of one run of a function: the template itself, a macro, a recursive loop.</summary>
/// <param name="outer">Those of the function around it; null for the template's.</param>
internal sealed class Locals(int count, Locals? outer)
{
    private readonly Value?[] _values = new Value?[count];

    public static Locals Nothing { get; } = new(0, null);

    /// <summary>A variable; null where it has no value.</summary>
    public Value? this[Address address]
    {
        get => Of(address.Hops)._values[address.Index];
        set => Of(address.Hops)._values[address.Index] = value;
    }

    private Locals Of(int hops)
    {
        Locals locals = this;
        for (int i = 0; i < hops; i++)
            locals = locals.Outer!;
        return locals;
    }

    private Locals? Outer { get; } = outer;
}

/// <summary>Where a variable is: how many functions out, and which there.</summary>
internal readonly record struct Address(int Hops, int Index);
