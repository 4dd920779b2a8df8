namespace MolEngine.Yaml.Tests;

internal enum Heat
{
    Gas,
    OpenFire,
}

/// <summary>A small table of keys of its own, with one of every kind that a table may have.</summary>
internal static class Kitchen
{
    public const string Source = "dinner.yaml";

    public static readonly ConfigKey<string> Cook = new(
        "cook", KeyTypes.Text, Default.Required, "Who cooks.", s => s.Length > 0);
    public static readonly ConfigKey<int> Guests = new(
        "guests", KeyTypes.Int, 4, "How many eat.", x => x >= 1, "of at least 1");
    public static readonly ConfigKey<Heat> Heat = new(
        "oven.heat", KeyTypes.OneOf<Heat>(), Tests.Heat.Gas, "What burns.")
    {
        OnResume = OnResume.Free,
    };


    public static readonly ConfigKey<double> Degrees = new(
        "oven.degrees", KeyTypes.Number, Default.By(Heat, (Tests.Heat.Gas, 180.0), (Tests.Heat.OpenFire, 0.5)),
        "How hot.");
    public static readonly ConfigKey<long> Minutes = new(
        "oven.minutes", KeyTypes.Long, Default.Rule("10 x guests"), "How long.");
    public static readonly ConfigKey<double> Salt = new(
        "salt", KeyTypes.Number, Default.Of(1.5).Unless("pinches is given"), "Spoons of it.");
    public static readonly ConfigKey<int> Pinches = new(
        "pinches", KeyTypes.Int, Default.None("from salt"), "Of salt.");
    public static readonly ConfigKey<IReadOnlyList<string>> Spices = new(
        "spices", KeyTypes.Names, Default.Of<IReadOnlyList<string>>(["pepper", "bay leaf"]), "What else goes in.");
    public static readonly ConfigKey<IReadOnlyList<double>> Doses = new(
        "doses", KeyTypes.Numbers, Default.Of<IReadOnlyList<double>>([1, 0.25]), "Of the spices.");
    public static readonly ConfigKey<bool> HasWine = new("wine", KeyTypes.Bool, false, "Whether there is wine.");
    public static readonly ConfigKey<string> Clock = new(
        "clock", KeyTypes.Text, Default.Auto("the nearest clock"), "Where time is read.");
    public static readonly ConfigKey<string> Dish = new(
        "menu.dishes[].name", KeyTypes.Text, Default.Rule("its first recipe"), "What it is called.");
    public static readonly ConfigKey<IReadOnlyList<string>> Recipes = new(
        "menu.dishes[].recipe", KeyTypes.Paths, Default.Required, "Where it is written.");
    public static readonly ConfigKey<string> Colour = new(
        "menu.dishes[].looks.colour", KeyTypes.Text, Default.None("any"), "Of the dish.");
    public static readonly ConfigKey<string> Song = new(
        "music.song", KeyTypes.Text, Default.None("no music"), "What is sung.");
    public static readonly ConfigKey<int> Loudness = new(
        "music.loudness", KeyTypes.Int, Default.Of(3).Unless("there is no music"), "How loud.");

    public static readonly KeyTable Table = new(
        [
            Cook, Guests, Heat, Degrees, Minutes, Salt, Pinches, Spices, Doses, HasWine, Clock, Dish, Recipes, Colour,
            Song, Loudness,
        ],
        "the cook book")
    {
        Shorthands = new Dictionary<string, ConfigKey> { ["oven"] = Heat, ["music"] = Song },
        NamesElsewhere = new Dictionary<string, ConfigKey> { ["chef_de_cuisine"] = Cook },
        Alternatives = [(Salt, Pinches)],
    };

    /// <summary>What a file and settings give, with all mistakes in it.</summary>
    public static ConfigValues Read(string yaml, params string[] settings)
    {
        var reader = new ConfigReader(Table);
        reader.ReadFile(Source, yaml);
        foreach (string setting in settings)
            reader.Override(setting);
        return reader.Values;
    }

    /// <summary>The only mistake of a file and settings.</summary>
    public static string Mistake(string yaml, params string[] settings) => Assert.Single(Read(yaml, settings).Errors);

    /// <summary>Takes every key, as who builds settings from the table does.</summary>
    public static ResolvedValue[] Resolve(ConfigValues v)
    {
        v.Require(Cook, "", Source);
        int guests = v.Take(Guests);
        v.Take(Heat);
        v.Take(Degrees);
        v.TakeOr(Minutes, 10L * guests);
        if (v.TakeIfGiven(Pinches) is null)
            v.Take(Salt);
        v.Take(Spices);
        v.Take(Doses);
        v.Take(HasWine);
        v.TakeTextIfGiven(Clock);
        for (int i = 0; i < v.Count("menu.dishes"); i++)
        {
            IReadOnlyList<string> recipes = v.Require(Recipes, [], Source, i);
            v.TakeOr(Dish, recipes.Count > 0 ? recipes[0] : "?", i);
            v.TakeTextIfGiven(Colour, i);
        }

        if (v.TakeTextIfGiven(Song) is not null)
            v.Take(Loudness);
        return [.. v.Resolved()];
    }

    /// <summary>A file as the resolved one has it.</summary>
    public static string Resolved(string yaml, params string[] settings)
    {
        ConfigValues v = Read(yaml, settings);
        string resolved = ResolvedYaml.Write(Resolve(v));
        Assert.Empty(v.Errors);
        return resolved;
    }
}
