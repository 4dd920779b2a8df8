using MolEngine.Hub.Cache;
using MolEngine.Support;

namespace MolEngine.Hub.Tests;

/// <summary>Where what is named lies, and what is said where it is not there.</summary>
public sealed class HubInputsTests : IDisposable
{
    private readonly HubCase _model = new();
    private readonly HubCase _data;

    public HubInputsTests()
    {
        _data = new HubCase(new FakeHub { Kind = "datasets", Id = "Org/Data" });
        _ = _data.Hub.Add("README.md", "about").Add("data/a.jsonl", "a").Add("data/b.jsonl", "b")
            .Add("data/deep/c.jsonl", "c").Add("data/README.md", "about");
        _ = _model.Download();
        _ = _data.Download();
    }

    public void Dispose()
    {
        _model.Dispose();
        _data.Dispose();
    }

    [Theory]
    [InlineData("Org/Name")]
    [InlineData("Org/Name@main")]
    [InlineData("Org/Name@0123456")]
    [InlineData("hf://Org/Name")]
    [InlineData("/gone/hub/models--Org--Name/snapshots/0123456789abcdef0123456789abcdef01234567")]
    public void A_model_is_its_snapshots_folder(string given)
    {
        HubFinding found = new HubInputs(_model.Cache).Find(given, RepoKind.Model)!;
        Assert.Equal(Path.TrimEndingDirectorySeparator(_model.InSnapshot("")), Assert.Single(found.Paths));
    }

    [Theory]
    [InlineData("", "config.json data/a.jsonl data/b.jsonl data/deep/c.jsonl model.safetensors")]
    [InlineData("/data", "data")]
    [InlineData("@main/data/a.jsonl", "data/a.jsonl")]
    [InlineData("/data/*.jsonl", "data/a.jsonl data/b.jsonl")]
    [InlineData("/**/*.jsonl", "data/a.jsonl data/b.jsonl data/deep/c.jsonl")]
    public void A_data_set_is_its_files_without_what_is_about_them(string rest, string expected)
    {
        HubFinding found = new HubInputs(_data.Cache).Find($"hf://datasets/Org/Data{rest}", null)!;
        Assert.Equal(expected.Split(' ').Select(_data.InSnapshot), found.Paths);
    }

    /// <summary>The oldest repositories have no owner: what is after their word is a path.</summary>
    [Theory]
    [InlineData("/plain_text", "plain_text")]
    [InlineData("/plain_text/train.jsonl", "plain_text/train.jsonl")]
    [InlineData("/train.csv", "train.csv")]
    [InlineData("/*.csv", "train.csv")]
    [InlineData("@main/plain_text/*.jsonl", "plain_text/train.jsonl")]
    public void A_data_set_of_one_word_is_found_by_what_the_cache_has(string rest, string expected)
    {
        using var words = new HubCase(new FakeHub { Kind = "datasets", Id = "imdb" });
        _ = words.Hub.Add("plain_text/train.jsonl", "a").Add("train.csv", "b");
        _ = words.Download();
        HubFinding found = new HubInputs(words.Cache).Find($"hf://datasets/imdb{rest}", null)!;
        Assert.Equal(words.InSnapshot(expected), Assert.Single(found.Paths));
        HubFinding other = new HubInputs(words.Cache).Find("hf://datasets/other/train.csv", null)!;
        Assert.Contains(
            "Download it: molengine download datasets/other/train.csv, or, where datasets/other is the whole id: "
                + "molengine download datasets/other --include \"train.csv\"", other.Missing);
    }

    [Theory]
    [InlineData("Org/Other",
        "no Org/Other in the Hugging Face cache (ROOT). Download it: molengine download Org/Other")]
    [InlineData("Org/Name@v2",
        "no Org/Name@v2 in the Hugging Face cache (ROOT), which has main of it. Download it: molengine download "
            + "Org/Name@v2")]
    [InlineData("hf://datasets/a/b@v1/data/*.csv",
        "no datasets/a/b@v1 in the Hugging Face cache (ROOT). Download it: molengine download datasets/a/b@v1 "
            + "--include \"data/*.csv\"")]
    [InlineData("hf://datasets/a/b/data",
        "no datasets/a/b in the Hugging Face cache (ROOT). Download it: molengine download datasets/a/b --include "
            + "\"data/\"")]
    [InlineData("hf://Org/Name/x.json",
        "no x.json in Org/Name@0123456 as the Hugging Face cache has it. Download it: molengine download Org/Name "
            + "--include \"x.json\"")]
    public void What_is_not_there_names_its_command(string given, string expected)
    {
        HubFinding found = new HubInputs(new HubCache(_model.Root)).Find(given, RepoKind.Model)!;
        Assert.Empty(found.Paths);
        Assert.Equal(expected.Replace("ROOT", _model.Root), found.Missing);
    }

    [Theory]
    [InlineData("./Org/Name")]
    [InlineData("/Org/Name")]
    [InlineData("~/Org")]
    [InlineData("a/b/c")]
    public void A_path_is_no_name(string given) =>
        Assert.Null(new HubInputs(_model.Cache).Find(given, RepoKind.Model));

    [Fact]
    public void An_id_alone_is_a_name_only_where_it_is_asked_for() =>
        Assert.Null(new HubInputs(_model.Cache).Find("Org/Name", null));
}
