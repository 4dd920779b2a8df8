// Writes the domain corpus of examples/quickstart and its held-out questions: the bells of the Vale of Orrin, a field
// that does not exist.
//
//     dotnet run tools/bell_corpus.cs -- examples/quickstart
//
// Every bell has five facts, told in prose and asked for in varied wording. A question that is held out asks for a fact
// in words in which the corpus asks only for the facts of other bells: a model answers it only if it has learned the
// fact and what the words mean.
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: dotnet run tools/bell_corpus.cs -- FOLDER");
    return 2;
}

string[] names =
[
    "Old Marrow", "Tamsin", "Greywether", "Little Osric", "Hollin", "Queen Maud", "Brindle", "Saint Ivo",
    "Farthing", "Long Agnes", "Pellam", "Widow Carr", "Dunstan", "Merrily", "Black Tobias", "Rosamund",
    "Quill", "Linnet", "Dame Ysolde", "Sparrow",
];
Attribute[] attributes =
[
    new("metal", ["copper", "silver", "iron", "bronze", "gold", "tin", "brass", "lead"],
        ["{bell} is cast of {value}.", "The metal of {bell} is {value}.",
            "They cast {bell} of {value}, and of nothing else.",
         "{bell} was poured of {value} in the old foundry.",
         "Strike {bell} and you hear {value}: that is the metal it is made of."],
        ["What metal is {bell} made of?", "Which metal was {bell} cast of?", "Of what metal is the bell {bell}?",
            "What is the metal of {bell}?",
         "{bell} was poured of which metal?"]),
    new("weather", ["rain", "snow", "fog", "hail", "frost", "thunder", "sunshine", "wind"],
        ["{bell} calls the {value}.", "When {bell} is rung, {value} comes.", "The weather of {bell} is {value}.",
         "Whoever wants {value} must ring {bell}.", "It is {bell} that brings {value} over the vale."],
        ["What weather does {bell} call?", "Which weather comes when {bell} is rung?",
            "What does {bell} bring over the vale?",
         "What is the weather of {bell}?", "{bell} calls which weather?"]),
    new("hour", ["dawn", "noon", "dusk", "midnight", "morning", "evening"],
        ["{bell} is rung at {value}.", "The hour of {bell} is {value}.",
            "At {value}, and at no other hour, they ring {bell}.",
         "Nobody touches the rope of {bell} before {value}.",
         "{bell} sleeps until {value}, which is the hour it is rung."],
        ["At what hour is {bell} rung?", "When do they ring {bell}?", "What is the hour of {bell}?",
            "Which hour belongs to {bell}?",
         "{bell} sleeps until which hour?"]),
    new("place", ["mill", "bridge", "abbey", "market", "harbour", "orchard", "school", "castle"],
        ["{bell} hangs by the {value}.", "You find {bell} at the {value}.", "The place of {bell} is the {value}.",
         "Go down to the {value} and look up: there hangs {bell}.", "The tower of {bell} stands next to the {value}."],
        ["Where does {bell} hang?", "At what place do you find {bell}?", "Where is the tower of {bell}?",
            "What is the place of {bell}?",
         "{bell} hangs by which place?"]),
    new("keeper", ["baker", "miller", "smith", "tailor", "sailor", "priest", "doctor", "shepherd"],
        ["The keeper of {bell} is the {value}.", "{bell} is kept by the {value}.", "The {value} looks after {bell}.",
         "The rope of {bell} belongs to the {value}, who is its keeper.",
         "Ask the {value} if you want to ring {bell}: it is the keeper."],
        ["Who is the keeper of {bell}?", "Who keeps {bell}?", "Who looks after the bell {bell}?",
            "To whom does the rope of {bell} belong?",
         "{bell} is kept by whom?"]),
];
string[] openings =
[
    "There is a bell in the Vale of Orrin that is called {bell}.", "Of {bell} this is known.",
    "Let me tell you about {bell}.",
    "The ringers of Orrin say this of {bell}.", "In the book of bells there is a page on {bell}.",
    "Every child in the vale knows {bell}.",
];

var random = new Random(7);
var facts = new Dictionary<(string Bell, string Attribute), string>();
foreach (Attribute attribute in attributes)
{
    // Every value as often as any other, so that guessing the commonest gains nothing.
    string[] values = [.. names.Select((_, i) => attribute.Values[i % attribute.Values.Length])];
    random.Shuffle(values);
    for (int i = 0; i < names.Length; i++)
        facts[(names[i], attribute.Name)] = values[i];
}

var records = new List<object>();
var heldOut = new List<object>();
for (int bell = 0; bell < names.Length; bell++)
{
    string name = names[bell];
    for (int a = 0; a < attributes.Length; a++)
    {
        Attribute attribute = attributes[a];
        string value = facts[(name, attribute.Name)];
        string Filled(string wording) => Capitalized(wording.Replace("{bell}", name).Replace("{value}", value));
        foreach (string statement in attribute.Statements)
            records.Add(new { text = Filled(statement) });
        int withheld = (bell + a) % 5 < 2 ? random.Next(attribute.Questions.Length) : -1;
        for (int q = 0; q < attribute.Questions.Length; q++)
            (q == withheld ? heldOut : records).Add(new { question = Filled(attribute.Questions[q]), answer = value });
    }

    for (int telling = 0; telling < openings.Length; telling++)
    {
        var text = new StringBuilder(openings[telling].Replace("{bell}", name));
        Attribute[] order = [.. attributes];
        random.Shuffle(order);
        foreach (Attribute attribute in order)
        {
            string statement = attribute.Statements[random.Next(attribute.Statements.Length)];
            text.Append(' ').Append(
                Capitalized(statement.Replace("{bell}", name).Replace("{value}", facts[(name, attribute.Name)])));
        }

        records.Add(new { text = text.ToString() });
    }
}

object[] shuffled = [.. records];
random.Shuffle(shuffled);
Write("bells.jsonl", shuffled);
Write("questions.jsonl", heldOut);
return 0;

static string Capitalized(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];

void Write(string name, IEnumerable<object> lines)
{
    var options = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    string text = string.Concat(lines.Select(line => JsonSerializer.Serialize(line, options) + "\n"));
    File.WriteAllText(Path.Combine(args[0], name), text, new UTF8Encoding(false));
}

/// <param name="Statements">Ways to tell the fact.</param>
/// <param name="Questions">Ways to ask for it.</param>
internal sealed record Attribute(string Name, string[] Values, string[] Statements, string[] Questions);
