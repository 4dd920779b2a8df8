using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja;

/// <summary>
/// Where a template writes each message: what the round of a loop that the message is the item of writes.
/// </summary>
/// <param name="messages">As the template is given them.</param>
internal sealed class MessagePlaces(IReadOnlyList<Value> messages)
{
    private readonly Dictionary<Value, int> _numbers = new(
        messages.Select((m, i) => KeyValuePair.Create(m, i)), ReferenceEqualityComparer.Instance);

    private readonly TextSpan?[] _spans = new TextSpan?[messages.Count];
    private readonly bool[] _isLost = new bool[messages.Count];
    private bool _isInside;

    /// <summary>The text of a message, by its number from 0; null where it has none, or not in one known place.
    /// </summary>
    public TextSpan? this[int message] => _isLost[message] ? null : _spans[message];

    /// <summary>Whether a round of a loop begins that writes a message: not one inside of another's.</summary>
    public bool Enter(Value item) => !_isInside && (_isInside = _numbers.ContainsKey(item));

    /// <summary>Ends a round that <see cref="Enter"/> began.</summary>
    /// <param name="written">What the round wrote; null where it wrote a text that is put together apart.</param>
    public void Leave(Value item, TextSpan? written)
    {
        _isInside = false;
        if (written is { Length: 0 })
            return;
        int number = _numbers[item];
        _isLost[number] |= written is null || _spans[number] is not null;
        _spans[number] = written;
    }
}
