using FsCheck;
using FsCheck.Fluent;
using PropertyAttribute = MolEngine.Support.PropertyAttribute;

namespace MolEngine.Yaml.Tests;

public sealed class ResolvedTests
{
    [Fact]
    public void Every_key_has_a_value_or_what_stands_for_none()
    {
        string resolved = Kitchen.Resolved(
            "cook: Bo\nmenu: {dishes: [{recipe: a}, {name: pie, recipe: [b, c], looks: {colour: red}}]}\n");
        Assert.Equal(
            """
            cook: Bo
            guests: 4
            oven:
              heat: gas
              degrees: 180
              minutes: 40
            salt: 1.5
            pinches: null
            spices: [pepper, "bay leaf"]
            doses: [1, 0.25]
            wine: false
            clock: auto
            menu:
              dishes:
                - name: a
                  recipe: a
                  looks: null
                - name: pie
                  recipe: [b, c]
                  looks:
                    colour: red
            music: null

            """,
            resolved);
        Assert.Equal(resolved, Kitchen.Resolved(resolved));
    }

    [Fact]
    public void What_is_given_stands_in_it()
    {
        string resolved = Kitchen.Resolved("cook: Bo\npinches: 3\nclock: \"auto\"\nmusic: hum\n", "guests=2");
        Assert.Contains("\nguests: 2\n", resolved);
        Assert.Contains("\nsalt: null\npinches: 3\n", resolved);
        Assert.Contains("\nclock: \"auto\"\n", resolved);
        Assert.EndsWith("\nmusic:\n  song: hum\n  loudness: 3\n", resolved);
        Assert.Equal(resolved, Kitchen.Resolved(resolved));
    }

    [Fact]
    public void A_value_knows_whether_it_is_the_default()
    {
        Dictionary<string, ResolvedValue> values = Kitchen
            .Resolve(Kitchen.Read("cook: Bo\nguests: 4\noven: {degrees: 180, minutes: 40}\nwine: true\npinches: 2\n"))
            .ToDictionary(v => v.Path);
        Assert.True(values["guests"].IsDefault && values["oven.degrees"].IsDefault && values["oven.minutes"].IsDefault);
        Assert.True(values["spices"].IsDefault);
        Assert.False(values["cook"].IsDefault || values["wine"].IsDefault || values["pinches"].IsDefault);
        Assert.Equal((false, "null"), (values["salt"].HasValue, values["salt"].Text));
        Assert.Equal((false, "auto"), (values["clock"].HasValue, values["clock"].Text));
        Assert.Equal(
            ["clock", "menu.dishes[].looks.colour", "music.loudness", "music.song", "pinches", "salt"],
            Kitchen.Table.All.Where(k => !k.IsAlwaysThere).Select(k => k.Path).Order());
    }

    /// <summary>Any text, number or list comes back to the bit from what is written of it.</summary>
    [Property(MaxTest = 300)]
    public Property A_value_comes_back_from_its_text() => Prop.ForAll(
        ArbMap.Default.ArbFor<(NonNull<string> Cook, NormalFloat Salt, NonEmptyArray<NonNull<string>> Spices)>(),
        given =>
        {
            string cook = Clean(given.Cook.Get) + "x";
            string[] spices = [.. given.Spices.Get.Select(s => Clean(s.Get))];
            string yaml = $"""
                cook: {KeyTypes.Text.Write(cook)}
                salt: {KeyTypes.Number.Write(given.Salt.Get)}
                spices: {KeyTypes.Names.Write(spices)}
                """;
            ConfigValues v = Kitchen.Read(yaml);
            Assert.Empty(v.Errors);
            Assert.Equal(cook, v.Require(Kitchen.Cook, "", ""));
            Assert.Equal(
                BitConverter.DoubleToInt64Bits(given.Salt.Get), BitConverter.DoubleToInt64Bits(v.Take(Kitchen.Salt)));
            Assert.Equal(spices, v.Take(Kitchen.Spices));
            Assert.Equal(Kitchen.Resolved(yaml), Kitchen.Resolved(Kitchen.Resolved(yaml)));
        });

    /// <summary>A text that UTF-8 can hold: half of a surrogate pair is none.</summary>
    private static string Clean(string text) => string.Concat(text.Where(c => !char.IsSurrogate(c)));
}
