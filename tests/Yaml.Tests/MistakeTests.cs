namespace MolEngine.Yaml.Tests;

public sealed class MistakeTests
{
    [Theory]
    [InlineData("cook: x\nguests: none\n", "dinner.yaml:2: guests: expected an integer of at least 1, got 'none'")]
    [InlineData("guests: 0", "dinner.yaml:1: guests: expected an integer of at least 1, got '0'")]
    [InlineData("guests: 1.5", "dinner.yaml:1: guests: expected an integer of at least 1, got '1.5'")]
    [InlineData("guests: \"3\"", "dinner.yaml:1: guests: expected an integer of at least 1, got '3'")]
    [InlineData("wine: [a, b]", "dinner.yaml:1: wine: expected true or false, got a list of 2: ['a', 'b']")]
    [InlineData(
        "oven:\n  heat:\n    x: 1\n", "dinner.yaml:2: oven.heat: expected gas | open_fire, got a section of keys")]
    [InlineData("oven: steam", "dinner.yaml:1: oven.heat: expected gas | open_fire, got 'steam'")]
    [InlineData("doses: [1, x]", "dinner.yaml:1: doses: expected a list of numbers, got a list of 2: ['1', 'x']")]
    [InlineData("clock: [1]", "dinner.yaml:1: clock: expected text, or auto, got a list of 1: ['1']")]
    [InlineData("menu: 3", "dinner.yaml:1: menu: expected a section of keys, got '3'")]
    [InlineData("menu:\n  dishes: {recipe: a}\n",
        "dinner.yaml:2: menu.dishes: expected a list (- name: ...), got a section of keys")]
    [InlineData("menu:\n  dishes:\n  - recipe: a\n    x: 1\n",
        "dinner.yaml:4: menu.dishes[0].x: unknown key. `the cook book` lists the keys.")]
    [InlineData("chef_de_cuisine: Bo", "dinner.yaml:1: chef_de_cuisine: unknown key. Did you mean cook?")]
    [InlineData("", "dinner.yaml: expected keys with values (model: ..., output: ...), got nothing")]
    [InlineData("- a\n", "dinner.yaml: expected keys with values (model: ..., output: ...), got a list of 1: ['a']")]
    public void A_mistake_has_its_line_and_key(string yaml, string says) => Assert.Equal(says, Kitchen.Mistake(yaml));

    [Theory]
    [InlineData("guests: 1\ncook: Bo\nguests: 2\n",
        "dinner.yaml:3: guests: expected it once, got it a second time. Remove one of them")]
    [InlineData("oven: {heat: gas, heat: gas}\n",
        "dinner.yaml:1: heat: expected it once, got it a second time. Remove one of them")]
    [InlineData(
        "guests: 1\noven.heat: gas\noven:\n  heat: gas\n",
        "dinner.yaml:4: oven.heat: expected it once, got it at dinner.yaml:2 too. Remove one of them")]
    public void A_key_that_is_given_twice_is_told_with_its_line(string yaml, string says) =>
        Assert.Equal(says, Kitchen.Mistake(yaml));

    [Theory]
    [InlineData("cook: Bo\n---\ncook: Al\n", 2)]
    [InlineData("---\ncook: Bo\n...\n# more\n---\n", 5)]
    public void A_second_document_is_told(string yaml, int line) => Assert.Equal(
        $"dinner.yaml:{line}: expected one YAML document, got a second one. Remove the line --- and what follows it",
        Kitchen.Mistake(yaml));

    [Fact]
    public void A_document_may_have_its_marks()
    {
        ConfigValues v = Kitchen.Read("# for six\n---\nguests: 6\n...\n");
        Assert.Empty(v.Errors);
        Assert.Equal(6, v.Take(Kitchen.Guests));
    }

    [Fact]
    public void A_merge_is_told_by_its_name() => Assert.Equal(
        "dinner.yaml:3: oven.<<: expected the name of a key, got YAML's merge. Write its keys out",
        Kitchen.Mistake("music: &m {song: a}\noven:\n  <<: *m\n  heat: gas\n"));

    [Fact]
    public void Nesting_ends()
    {
        const int Enough = 100_000;
        string tooDeep = "expected at most 32 levels of sections and lists, got more";
        Assert.Equal($"dinner.yaml:1: {tooDeep}", Kitchen.Mistake("spices: " + new string('[', Enough)));
        Assert.Equal($"dinner.yaml:1: {tooDeep}", Kitchen.Mistake(string.Concat(Enumerable.Repeat("{a: ", Enough))));
        Assert.Equal(
            $"dinner.yaml:33: {tooDeep}",
            Kitchen.Mistake(string.Concat(Enumerable.Range(0, 40).Select(i => $"{new string(' ', i)}a:\n"))));
        Assert.Contains(tooDeep, Kitchen.Mistake("cook: Bo\n", "spices=" + new string('[', Enough)));

        // Each level is an alias of the one before: 20 anchors, 20 times two levels.
        IEnumerable<string> towers = Enumerable.Range(1, 20).Select(i => $"k{i}: &k{i} [[*k{i - 1}]]\n");
        Assert.Equal($"dinner.yaml:17: {tooDeep}", Kitchen.Mistake("k0: &k0 x\n" + string.Concat(towers)));
    }

    [Fact]
    public void An_alias_of_what_it_stands_in_is_told() => Assert.Equal(
        "dinner.yaml:2: *a: expected an alias of something else, got one of the very value that it stands in",
        Kitchen.Mistake("spices: &a\n- *a\n"));

    [Fact]
    public void Aliases_do_not_multiply_without_end()
    {
        string tens = string.Concat(Enumerable.Range(1, 9).Select(
            i => $"k{i}: &k{i} [{string.Join(", ", Enumerable.Repeat($"*k{i - 1}", 10))}]\n"));
        Assert.Equal(
            "dinner.yaml:6: expected at most 100000 values, aliases written out, got more",
            Kitchen.Mistake("k0: &k0 x\n" + tens));
    }

    [Theory]
    [InlineData("cook: [")]
    [InlineData("cook: \"")]
    [InlineData("cook: *gone")]
    [InlineData("a: b: c")]
    public void What_is_not_YAML_is_told(string yaml)
    {
        string told = Kitchen.Mistake(yaml);
        Assert.StartsWith("dinner.yaml:", told);
        Assert.Contains("not YAML", told);
    }

    [Theory]
    [InlineData("guests", "--set guests: expected KEY=VALUE, as in --set optimizer.learning_rate=1e-4")]
    [InlineData("guests=", "--set guests=: expected KEY=VALUE, got no value")]
    [InlineData("guests=no", "--set guests=no: guests: expected an integer of at least 1, got 'no'")]
    [InlineData("gests=1", "--set gests=1: gests: unknown key. Did you mean guests?")]
    [InlineData("oven=[gas]", "--set oven=[gas]: oven: expected a section of keys, got a list of 1: ['gas']")]
    public void A_setting_that_is_wrong_is_named(string setting, string says) =>
        Assert.Equal(says, Kitchen.Mistake("cook: Bo\n", setting));

    [Fact]
    public void What_is_required_is_asked_for()
    {
        ConfigValues v = Kitchen.Read("menu: {dishes: [{name: soup}]}\n");
        Kitchen.Resolve(v);
        Assert.Equal(
            [
                "dinner.yaml: cook: missing: expected text. Who cooks.",
                "dinner.yaml: menu.dishes[0].recipe: missing: expected a path or a list of paths. Where it is written.",
            ],
            v.Errors);
    }

    [Fact]
    public void A_long_text_is_refused_unread()
    {
        string mistake = Kitchen.Mistake("cook: " + new string('x', Limits.YamlCharacters));
        Assert.Equal("dinner.yaml: expected at most 4,194,304 characters of YAML, got 4,194,310", mistake);
    }

    /// <summary>As an escape YAML's own parser refuses it; this is from a program that had it in memory.</summary>
    [Fact]
    public void Half_of_a_character_is_refused() => Assert.Equal(
        "dinner.yaml:1: expected whole characters, got half of a surrogate pair", Kitchen.Mistake("cook: 'a\ud83d'"));

    [Fact]
    public void A_path_has_no_character_that_no_path_can_have()
    {
        ConfigValues v = Kitchen.Read("cook: \"a\\0b\"\n");
        Assert.Empty(v.Errors);
        InputPaths.Found(v, Kitchen.Cook, v.TakeTextIfGiven(Kitchen.Cook)!, _ => true, "a book", Kitchen.Source);
        Assert.Equal(
            "dinner.yaml:1: cook: expected a book, got a name with the character U+0000 in it",
            Assert.Single(v.Errors));
    }

    [Theory]
    [InlineData("menu.dishes[10000].recipe=a")]
    [InlineData("menu.dishes[2147483647].recipe=a")]
    [InlineData("menu.dishes[99999999999999999999].recipe=a")]
    [InlineData("menu.dishes[0].steps[99999999]=a")]
    public void A_setting_cannot_name_an_element_far_behind_the_end(string setting)
    {
        var reader = new ConfigReader(Kitchen.Table);
        reader.Override(setting);
        Assert.Equal(
            $"--set {setting}: {setting[..setting.IndexOf('=')]}: expected an index below 10,000, got a larger one",
            Assert.Single(reader.Values.Errors));
    }

    [Fact]
    public void A_long_name_is_told_cut_and_not_corrected()
    {
        var reader = new ConfigReader(Kitchen.Table);
        reader.Override(string.Concat(Enumerable.Repeat("oven.", 100_000)) + "heat=gas");
        string said = Assert.Single(reader.Values.Errors);
        Assert.EndsWith("...: unknown key. `the cook book` lists the keys.", said);
        Assert.InRange(said.Length, 200, 600);
    }

    [Theory]
    [InlineData("a: &a [*a]")]
    [InlineData("a: {b: &c {d: *c}}")]
    public void A_document_without_a_table_of_keys_is_bounded_too(string yaml)
    {
        Assert.Throws<FormatException>(() => YamlTree.Parse(yaml));
        Assert.Throws<FormatException>(() => YamlTree.Parse("a: " + new string('[', 1_000_000)));
    }
}
