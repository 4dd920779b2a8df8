namespace MolEngine.Yaml.Tests;

public sealed class ConfigReaderTests
{
    [Fact]
    public void Every_type_is_read()
    {
        ConfigValues v = Kitchen.Read("""
            cook: "Bo: the cook"
            guests: 1_2
            oven: {heat: open_fire, degrees: 2e2, minutes: 1e3}
            spices: [salt, "1"]
            doses:
            - 1
            - -.5
            wine: yes
            clock: wall
            menu:
              dishes:
              - {name: soup, recipe: a.txt}
              - recipe: [b.txt, c.txt]
                looks: {colour: red}
            """);
        Assert.Empty(v.Errors);
        Assert.Equal(("Bo: the cook", 12, Heat.OpenFire),
            (v.Require(Kitchen.Cook, "", ""), v.Take(Kitchen.Guests), v.Take(Kitchen.Heat)));
        Assert.Equal(
            (200.0, 1000L, true), (v.Take(Kitchen.Degrees), v.TakeOr(Kitchen.Minutes, 7L), v.Take(Kitchen.HasWine)));
        Assert.Equal(["salt", "1"], v.Take(Kitchen.Spices));
        Assert.Equal([1, -0.5], v.Take(Kitchen.Doses));
        Assert.Equal("wall", v.TakeTextIfGiven(Kitchen.Clock));
        Assert.Equal(2, v.Count("menu.dishes"));
        Assert.Equal(["a.txt"], v.Require(Kitchen.Recipes, [], "", 0));
        Assert.Equal(["b.txt", "c.txt"], v.Require(Kitchen.Recipes, [], "", 1));
        Assert.Equal(("soup", "pie"), (v.TakeOr(Kitchen.Dish, "pie", 0), v.TakeOr(Kitchen.Dish, "pie", 1)));
        Assert.Equal((null, "red"), (v.TakeTextIfGiven(Kitchen.Colour, 0), v.TakeTextIfGiven(Kitchen.Colour, 1)));
    }

    [Fact]
    public void What_is_not_given_has_its_default()
    {
        ConfigValues v = Kitchen.Read("cook: Bo\n");
        Assert.Equal((4, Heat.Gas, 180.0, 1.5),
            (v.Take(Kitchen.Guests), v.Take(Kitchen.Heat), v.Take(Kitchen.Degrees), v.Take(Kitchen.Salt)));
        Assert.Equal(["pepper", "bay leaf"], v.Take(Kitchen.Spices));
        Assert.Equal(40L, v.TakeOr(Kitchen.Minutes, 40L));
        Assert.Null(v.TakeIfGiven(Kitchen.Pinches));
        Assert.Null(v.TakeTextIfGiven(Kitchen.Clock));
        Assert.Equal(0.5, Kitchen.Read("oven: open_fire").Take(Kitchen.Degrees));
        v.Require(Kitchen.Cook, "", Kitchen.Source);
        Assert.Empty(v.Errors);
    }

    [Theory]
    [InlineData("guests: null")]
    [InlineData("guests: ~")]
    [InlineData("guests:")]
    [InlineData("oven:\nmenu: null\n")]
    [InlineData("clock: auto")]
    public void A_null_and_auto_are_not_given(string yaml)
    {
        ConfigValues v = Kitchen.Read(yaml);
        Assert.Empty(v.Errors);
        Assert.All(Kitchen.Table.All, k => Assert.False(v.Has(k)));
    }

    [Fact]
    public void Auto_is_a_text_where_it_is_quoted_or_no_default()
    {
        Assert.Equal("auto", Kitchen.Read("clock: \"auto\"").TakeTextIfGiven(Kitchen.Clock));
        Assert.Equal("auto", Kitchen.Read("cook: auto").Require(Kitchen.Cook, "", ""));
    }

    [Fact]
    public void A_section_may_be_one_value()
    {
        ConfigValues v = Kitchen.Read("oven: open_fire\nmusic: a waltz\n");
        Assert.Equal((Heat.OpenFire, "a waltz"), (v.Take(Kitchen.Heat), v.TakeTextIfGiven(Kitchen.Song)));
        Assert.Equal(Heat.OpenFire, Kitchen.Read("oven.heat: open_fire").Take(Kitchen.Heat));
    }

    [Fact]
    public void A_setting_wins_over_the_file()
    {
        const string Yaml = "guests: 2\nmenu: {dishes: [{recipe: a}, {recipe: b}]}\nmusic: {song: x, loudness: 1}\n";
        ConfigValues v = Kitchen.Read(
            Yaml, "guests=7", "oven=open_fire", "menu.dishes[1].recipe=c", "music.loudness=null");
        Assert.Empty(v.Errors);
        Assert.Equal((7, Heat.OpenFire), (v.Take(Kitchen.Guests), v.Take(Kitchen.Heat)));
        Assert.Equal(["a"], v.Require(Kitchen.Recipes, [], "", 0));
        Assert.Equal(["c"], v.Require(Kitchen.Recipes, [], "", 1));
        Assert.Equal(("x", 3), (v.TakeTextIfGiven(Kitchen.Song), v.Take(Kitchen.Loudness)));
        Assert.Equal(1, Kitchen.Read(Yaml, "menu.dishes=[{recipe: z}]").Count("menu.dishes"));
        Assert.Equal(0, Kitchen.Read(Yaml, "menu.dishes=null").Count("menu.dishes"));
        Assert.False(Kitchen.Read(Yaml, "music=null").Has(Kitchen.Song));
        Assert.Equal(9, Kitchen.Read(Yaml, "guests=8", "guests=9").Take(Kitchen.Guests));
    }

    [Theory]
    [InlineData("pinches=3", "pinches")]
    [InlineData("pinches=null", "salt")]
    [InlineData("salt=2", "salt")]
    public void A_setting_takes_its_alternative_out(string setting, string stays)
    {
        ConfigValues v = Kitchen.Read("salt: 1\n", setting);
        Assert.Equal((stays == "salt", stays == "pinches"), (v.Has(Kitchen.Salt), v.Has(Kitchen.Pinches)));
    }

    [Fact]
    public void An_alias_is_what_it_stands_for()
    {
        ConfigValues v = Kitchen.Read("spices: &s [a, b]\nmenu: {dishes: [{recipe: *s}, {recipe: *s}]}\n");
        Assert.Empty(v.Errors);
        Assert.Equal(["a", "b"], v.Require(Kitchen.Recipes, [], "", 1));
    }

    [Fact]
    public void A_default_is_written_once()
    {
        ConfigValues v = Kitchen.Read("cook: Bo\n");
        Assert.Throws<InvalidOperationException>(() => v.TakeOr(Kitchen.Guests, 5));
        Assert.Throws<InvalidOperationException>(() => v.Take(Kitchen.Minutes));
        Assert.Throws<InvalidOperationException>(() => v.Take(Kitchen.Cook));
    }

    [Fact]
    public void The_manual_words_a_default_as_it_is_written() => Assert.Equal(
        [
            "required", "default 4", "default gas", "default 180 for gas, 0.5 for open_fire", "default 10 x guests",
            "default 1.5 unless pinches is given", "default from salt", "default [pepper, \"bay leaf\"]",
            "default [1, 0.25]", "default false", "default auto: the nearest clock", "default its first recipe",
            "required", "default any", "default no music", "default 3 unless there is no music",
        ],
        Kitchen.Table.All.Select(k => k.DefaultText));
}
